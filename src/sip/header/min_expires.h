// sip/header/min_expires.h - Min-Expires, RFC 3261 section 20.23.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// Seconds.
struct MinExpires : NumberHeader<MinExpires> {
  static constexpr HeaderName name{"Min-Expires"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const MinExpires&) const = default;
};
static_assert(Header<MinExpires>);

}  // namespace sip
