// sip/header/accept_encoding.h - Accept-Encoding, RFC 3261 section 20.2.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct AcceptEncoding : TokenHeader<AcceptEncoding> {
  static constexpr HeaderName name{"Accept-Encoding"};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const AcceptEncoding&) const = default;
};
static_assert(Header<AcceptEncoding>);

}  // namespace sip
