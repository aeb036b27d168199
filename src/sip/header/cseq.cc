#include "sip/header/cseq.h"

#include "sip/grammar.h"

namespace sip {

Parsed<CSeq> CSeq::parse(base::Cursor& in) {
  const auto number = in.take_number<std::uint32_t>();
  if (!number || !base::is_space(in.peek())) return malformed();
  const auto method = grammar::take_token(in);
  if (method.empty()) return malformed();
  return of(*number, method);
}

void CSeq::print(std::string& out) const {
  grammar::print_number(out, number);
  out.append(" ").append(method_text);
}

}  // namespace sip
