// sip/header/accept.h - Accept, RFC 3261 section 20.1.
#pragma once
#include "sip/header/media_type.h"

namespace sip {

/// One range: "application/sdp", "application/*", "*/*".
struct Accept : MediaTypeHeader<Accept> {
  static constexpr HeaderName name{"Accept"};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const Accept&) const = default;
};
static_assert(Header<Accept>);

}  // namespace sip
