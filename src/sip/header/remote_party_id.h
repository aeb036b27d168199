// sip/header/remote_party_id.h - Remote-Party-ID, draft-ietf-sip-privacy-04, still spoken by many trunks.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct RemotePartyId : AddressHeader<RemotePartyId> {
  static constexpr HeaderName name{"Remote-Party-ID"};
  static constexpr Arity arity = Arity::many;

  static RemotePartyId of(Uri uri) {
    RemotePartyId header;
    header.uri = std::move(uri);
    return header;
  }
  /// "calling" or "called"; empty when absent.
  std::string party() const { return params.text_of("party"); }
  /// "full", "name", "uri", "off"; empty when absent.
  std::string privacy() const { return params.text_of("privacy"); }
  /// Whether the sender has verified the identity.
  bool screened() const { return params.text_of("screen") == "yes"; }
  bool operator==(const RemotePartyId&) const = default;
};
static_assert(Header<RemotePartyId>);

}  // namespace sip
