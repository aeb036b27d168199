// sip/header/supported.h - Supported, RFC 3261 section 20.37.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

/// One option tag; Message::has_token<Supported>("timer") asks for one without parsing all.
struct Supported : TokenHeader<Supported> {
  static constexpr HeaderName name{"Supported", 'k'};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const Supported&) const = default;
};
static_assert(Header<Supported>);

}  // namespace sip
