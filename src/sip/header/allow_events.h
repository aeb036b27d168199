// sip/header/allow_events.h - Allow-Events, RFC 6665 section 8.2.2.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct AllowEvents : TokenHeader<AllowEvents> {
  static constexpr HeaderName name{"Allow-Events", 'u'};
  static constexpr Arity arity = Arity::many;
  bool operator==(const AllowEvents&) const = default;
};
static_assert(Header<AllowEvents>);

}  // namespace sip
