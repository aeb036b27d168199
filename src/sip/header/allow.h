// sip/header/allow.h - Allow, RFC 3261 section 20.5.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

/// One method.
struct Allow : TokenHeader<Allow> {
  static constexpr HeaderName name{"Allow"};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const Allow&) const = default;
};
static_assert(Header<Allow>);

}  // namespace sip
