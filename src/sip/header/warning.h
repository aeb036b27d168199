// sip/header/warning.h - Warning, RFC 3261 section 20.43.
#pragma once
#include <cstdint>
#include <string>

#include "sip/header.h"

namespace sip {

struct Warning {
  static constexpr HeaderName name{"Warning"};
  static constexpr Arity arity = Arity::many;

  std::uint16_t code = 399;  // three digits
  std::string agent;         // host or pseudonym
  std::string text;          // without quotes

  static Parsed<Warning> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const Warning&) const = default;
};
static_assert(Header<Warning>);

}  // namespace sip
