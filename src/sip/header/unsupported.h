// sip/header/unsupported.h - Unsupported, RFC 3261 section 20.40.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct Unsupported : TokenHeader<Unsupported> {
  static constexpr HeaderName name{"Unsupported"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const Unsupported&) const = default;
};
static_assert(Header<Unsupported>);

}  // namespace sip
