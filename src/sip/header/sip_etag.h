// sip/header/sip_etag.h - SIP-ETag, RFC 3903 section 11.3.1.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct SipETag : TextHeader<SipETag> {
  static constexpr HeaderName name{"SIP-ETag"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const SipETag&) const = default;
};
static_assert(Header<SipETag>);

}  // namespace sip
