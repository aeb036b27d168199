// sip/header/expires.h - Expires, RFC 3261 section 20.19.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// Seconds.
struct Expires : NumberHeader<Expires> {
  static constexpr HeaderName name{"Expires"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const Expires&) const = default;
};
static_assert(Header<Expires>);

}  // namespace sip
