// sip/header/call_info.h - Call-Info, RFC 3261 section 20.9.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct CallInfo : AddressHeader<CallInfo> {
  static constexpr HeaderName name{"Call-Info"};
  static constexpr Arity arity = Arity::many;

  static CallInfo of(Uri uri) {
    CallInfo header;
    header.uri = std::move(uri);
    return header;
  }
  std::string purpose() const { return params.text_of("purpose"); }
  bool operator==(const CallInfo&) const = default;
};
static_assert(Header<CallInfo>);

}  // namespace sip
