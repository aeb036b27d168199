// sip/header/request_disposition.h - Request-Disposition, RFC 3841 section 9.1.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

/// One directive: proxy, redirect, no-fork, sequential ...
struct RequestDisposition : TokenHeader<RequestDisposition> {
  static constexpr HeaderName name{"Request-Disposition", 'd'};
  static constexpr Arity arity = Arity::many;
  bool operator==(const RequestDisposition&) const = default;
};
static_assert(Header<RequestDisposition>);

}  // namespace sip
