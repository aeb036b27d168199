// sip/header/proxy_require.h - Proxy-Require, RFC 3261 section 20.29.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ProxyRequire : TokenHeader<ProxyRequire> {
  static constexpr HeaderName name{"Proxy-Require"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const ProxyRequire&) const = default;
};
static_assert(Header<ProxyRequire>);

}  // namespace sip
