#include "sip/header/rack.h"

#include "sip/grammar.h"

namespace sip {

Parsed<RAck> RAck::parse(base::Cursor& in) {
  const auto rseq = in.take_number();
  if (!rseq || !base::is_space(in.peek())) return malformed();
  const auto cseq = in.take_number();
  if (!cseq || !base::is_space(in.peek())) return malformed();
  const auto method = grammar::take_token(in);
  if (method.empty()) return malformed();
  return RAck{*rseq, *cseq, std::string{method}};
}

void RAck::print(std::string& out) const {
  grammar::print_number(out, rseq);
  out += ' ';
  grammar::print_number(out, cseq);
  out.append(" ").append(method);
}

}  // namespace sip
