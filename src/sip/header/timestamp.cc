#include "sip/header/timestamp.h"

#include "base/text.h"

namespace sip {

namespace {
/// 1*DIGIT [ "." *DIGIT ] or, for the delay, *DIGIT [ "." *DIGIT ].
std::string_view take_decimal(base::Cursor& in) {
  in.skip_space();
  bool point = false;
  return in.take_while([&](char c) {
    if (c == '.' && !point) return point = true;
    return base::is_digit(c);
  });
}
}  // namespace

Parsed<Timestamp> Timestamp::parse(base::Cursor& in) {
  const auto at = take_decimal(in);
  if (at.empty() || !base::is_digit(at[0])) return malformed();
  const auto delay = take_decimal(in);
  return Timestamp{std::string{at}, std::string{delay}};
}

void Timestamp::print(std::string& out) const {
  out += at;
  if (!delay.empty()) out.append(" ").append(delay);
}

}  // namespace sip
