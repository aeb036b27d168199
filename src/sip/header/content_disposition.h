// sip/header/content_disposition.h - Content-Disposition, RFC 3261 section 20.11.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ContentDisposition : TokenHeader<ContentDisposition> {
  static constexpr HeaderName name{"Content-Disposition"};
  static constexpr Arity arity = Arity::one;

  /// What the receiver may not skip, unless handling=optional.
  bool is_required() const { return params.find("handling") != "optional"; }
  bool operator==(const ContentDisposition&) const = default;
};
static_assert(Header<ContentDisposition>);

}  // namespace sip
