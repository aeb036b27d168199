// sip/header/content_encoding.h - Content-Encoding, RFC 3261 section 20.12.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ContentEncoding : TokenHeader<ContentEncoding> {
  static constexpr HeaderName name{"Content-Encoding", 'e'};
  static constexpr Arity arity = Arity::many;
  bool operator==(const ContentEncoding&) const = default;
};
static_assert(Header<ContentEncoding>);

}  // namespace sip
