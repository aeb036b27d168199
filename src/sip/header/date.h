// sip/header/date.h - Date, RFC 3261 section 20.17: always GMT.
#pragma once
#include <chrono>
#include <string>

#include "sip/header.h"

namespace sip {

struct Date {
  static constexpr HeaderName name{"Date"};
  static constexpr Arity arity = Arity::one;

  std::chrono::sys_seconds at{};

  /// "Sat, 13 Nov 2010 23:29:00 GMT"; another zone is malformed, as RFC 4475 section 3.1.2.12 wants it.
  static Parsed<Date> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const Date&) const = default;
};
static_assert(Header<Date>);

}  // namespace sip
