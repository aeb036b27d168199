// sip/header/referred_by.h - Referred-By, RFC 3892.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct ReferredBy : AddressHeader<ReferredBy> {
  static constexpr HeaderName name{"Referred-By", 'b'};
  static constexpr Arity arity = Arity::one;

  static ReferredBy of(Uri uri) {
    ReferredBy header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const ReferredBy&) const = default;
};
static_assert(Header<ReferredBy>);

}  // namespace sip
