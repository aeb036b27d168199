#include "sip/header/cseq.h"

#include "sip/grammar.h"

namespace sip {

bool CSeq::take(base::Cursor& in, CSeq& into) {
  const auto number = in.take_number<std::uint32_t>();
  if (!number || !base::is_space(in.peek())) return false;
  const auto method = grammar::take_token(in);
  into.number = *number;
  into.method = method_of(method);
  into.method_text.assign(method);
  return !method.empty();
}

void CSeq::print(std::string& out) const {
  grammar::print_number(out, number);
  out.append(" ").append(method_text);
}

}  // namespace sip
