// sip/header/accept_contact.h - Accept-Contact, RFC 3841 section 9.2.
#pragma once
#include "sip/header/caller_preference.h"

namespace sip {

struct AcceptContact : CallerPreference<AcceptContact> {
  static constexpr HeaderName name{"Accept-Contact", 'a'};
  static constexpr Arity arity = Arity::many;
  bool operator==(const AcceptContact&) const = default;
};
static_assert(Header<AcceptContact>);

}  // namespace sip
