// sip/header/reject_contact.h - Reject-Contact, RFC 3841 section 9.3.
#pragma once
#include "sip/header/caller_preference.h"

namespace sip {

struct RejectContact : CallerPreference<RejectContact> {
  static constexpr HeaderName name{"Reject-Contact", 'j'};
  static constexpr Arity arity = Arity::many;
  bool operator==(const RejectContact&) const = default;
};
static_assert(Header<RejectContact>);

}  // namespace sip
