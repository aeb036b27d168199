// sip/header/max_forwards.h - Max-Forwards, RFC 3261 section 20.22.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// Hops left. More than 255 is out of the grammar and read as what it says; elements forward at most 255.
struct MaxForwards : NumberHeader<MaxForwards> {
  static constexpr HeaderName name{"Max-Forwards"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const MaxForwards&) const = default;
};
static_assert(Header<MaxForwards>);

}  // namespace sip
