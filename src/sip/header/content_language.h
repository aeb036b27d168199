// sip/header/content_language.h - Content-Language, RFC 3261 section 20.13.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ContentLanguage : TokenHeader<ContentLanguage> {
  static constexpr HeaderName name{"Content-Language"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const ContentLanguage&) const = default;
};
static_assert(Header<ContentLanguage>);

}  // namespace sip
