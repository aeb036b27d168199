// sip/header/error_info.h - Error-Info, RFC 3261 section 20.18.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct ErrorInfo : AddressHeader<ErrorInfo> {
  static constexpr HeaderName name{"Error-Info"};
  static constexpr Arity arity = Arity::many;

  static ErrorInfo of(Uri uri) {
    ErrorInfo header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const ErrorInfo&) const = default;
};
static_assert(Header<ErrorInfo>);

}  // namespace sip
