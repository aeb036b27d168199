// sip/header/content_type.h - Content-Type, RFC 3261 section 20.15.
#pragma once
#include "sip/header/media_type.h"

namespace sip {

struct ContentType : MediaTypeHeader<ContentType> {
  static constexpr HeaderName name{"Content-Type", 'c'};
  static constexpr Arity arity = Arity::one;
  bool operator==(const ContentType&) const = default;
};
static_assert(Header<ContentType>);

}  // namespace sip
