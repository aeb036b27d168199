// sip/header/alert_info.h - Alert-Info, RFC 3261 section 20.4, RFC 7462.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct AlertInfo : AddressHeader<AlertInfo> {
  static constexpr HeaderName name{"Alert-Info"};
  static constexpr Arity arity = Arity::many;

  static AlertInfo of(Uri uri) {
    AlertInfo header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const AlertInfo&) const = default;
};
static_assert(Header<AlertInfo>);

}  // namespace sip
