// sip/header/p_preferred_identity.h - P-Preferred-Identity, RFC 3325 section 9.2.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct PPreferredIdentity : AddressHeader<PPreferredIdentity> {
  static constexpr HeaderName name{"P-Preferred-Identity"};
  static constexpr Arity arity = Arity::many;

  static PPreferredIdentity of(Uri uri) {
    PPreferredIdentity header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const PPreferredIdentity&) const = default;
};
static_assert(Header<PPreferredIdentity>);

}  // namespace sip
