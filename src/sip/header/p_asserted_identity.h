// sip/header/p_asserted_identity.h - P-Asserted-Identity, RFC 3325 section 9.1.
#pragma once
#include "sip/name_addr.h"

namespace sip {

/// At most one sip or sips and one tel URI.
struct PAssertedIdentity : AddressHeader<PAssertedIdentity> {
  static constexpr HeaderName name{"P-Asserted-Identity"};
  static constexpr Arity arity = Arity::many;

  static PAssertedIdentity of(Uri uri) {
    PAssertedIdentity header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const PAssertedIdentity&) const = default;
};
static_assert(Header<PAssertedIdentity>);

}  // namespace sip
