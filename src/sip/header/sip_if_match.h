// sip/header/sip_if_match.h - SIP-If-Match, RFC 3903 section 11.3.2.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct SipIfMatch : TextHeader<SipIfMatch> {
  static constexpr HeaderName name{"SIP-If-Match"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const SipIfMatch&) const = default;
};
static_assert(Header<SipIfMatch>);

}  // namespace sip
