// sip/header/content_length.h - Content-Length, RFC 3261 section 20.14.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// Bytes. Printing a message writes it; nobody sets it.
struct ContentLength : NumberHeader<ContentLength> {
  static constexpr HeaderName name{"Content-Length", 'l'};
  static constexpr Arity arity = Arity::one;
  bool operator==(const ContentLength&) const = default;
};
static_assert(Header<ContentLength>);

}  // namespace sip
