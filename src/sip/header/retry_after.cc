#include "sip/header/retry_after.h"

#include "sip/grammar.h"

namespace sip {

Parsed<RetryAfter> RetryAfter::parse(base::Cursor& in) {
  Parsed<RetryAfter> header;
  const auto seconds = in.take_number();
  if (!seconds) return malformed();
  header->seconds = *seconds;
  if (in.take('(')) {
    header->comment.assign(in.take_until(')'));
    if (!in.take_exact(')')) return malformed();
  }
  if (!header->params.parse(in)) return malformed();
  return header;
}

void RetryAfter::print(std::string& out) const {
  grammar::print_number(out, seconds);
  if (!comment.empty()) out.append(" (").append(comment).append(")");
  params.print(out);
}

}  // namespace sip
