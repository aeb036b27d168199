// sip/header/refer_to.h - Refer-To, RFC 3515.
#pragma once
#include "sip/name_addr.h"

namespace sip {

/// Replaces (RFC 3891) travels in the headers of its URI.
struct ReferTo : AddressHeader<ReferTo> {
  static constexpr HeaderName name{"Refer-To", 'r'};
  static constexpr Arity arity = Arity::one;

  static ReferTo of(Uri uri) {
    ReferTo header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const ReferTo&) const = default;
};
static_assert(Header<ReferTo>);

}  // namespace sip
