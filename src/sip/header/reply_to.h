// sip/header/reply_to.h - Reply-To, RFC 3261 section 20.31.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct ReplyTo : AddressHeader<ReplyTo> {
  static constexpr HeaderName name{"Reply-To"};
  static constexpr Arity arity = Arity::one;

  static ReplyTo of(Uri uri) {
    ReplyTo header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const ReplyTo&) const = default;
};
static_assert(Header<ReplyTo>);

}  // namespace sip
