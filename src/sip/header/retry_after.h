// sip/header/retry_after.h - Retry-After, RFC 3261 section 20.33.
#pragma once
#include <cstdint>
#include <string>

#include "sip/header.h"
#include "sip/params.h"

namespace sip {

struct RetryAfter {
  static constexpr HeaderName name{"Retry-After"};
  static constexpr Arity arity = Arity::one;

  std::uint32_t seconds = 0;
  std::string comment;  // without the parentheses
  Params params;        // duration

  static RetryAfter of(std::uint32_t seconds) { return {seconds, {}, {}}; }
  static Parsed<RetryAfter> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const RetryAfter&) const = default;
};
static_assert(Header<RetryAfter>);

}  // namespace sip
