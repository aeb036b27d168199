// sip/header/accept_language.h - Accept-Language, RFC 3261 section 20.3.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct AcceptLanguage : TokenHeader<AcceptLanguage> {
  static constexpr HeaderName name{"Accept-Language"};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const AcceptLanguage&) const = default;
};
static_assert(Header<AcceptLanguage>);

}  // namespace sip
