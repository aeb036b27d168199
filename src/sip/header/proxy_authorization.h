// sip/header/proxy_authorization.h - Proxy-Authorization, RFC 3261 section 20.28 and RFC 8760: one field for each realm and algorithm.
#pragma once
#include "sip/header/credentials.h"

namespace sip {

struct ProxyAuthorization : CredentialsHeader<ProxyAuthorization> {
  static constexpr HeaderName name{"Proxy-Authorization"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const ProxyAuthorization&) const = default;
};
static_assert(Header<ProxyAuthorization>);

}  // namespace sip
