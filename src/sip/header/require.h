// sip/header/require.h - Require, RFC 3261 section 20.32.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct Require : TokenHeader<Require> {
  static constexpr HeaderName name{"Require"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const Require&) const = default;
};
static_assert(Header<Require>);

}  // namespace sip
