// sip/header/proxy_authenticate.h - Proxy-Authenticate, RFC 3261 section 20.27 and RFC 8760: one field for each realm and algorithm.
#pragma once
#include "sip/header/credentials.h"

namespace sip {

struct ProxyAuthenticate : CredentialsHeader<ProxyAuthenticate> {
  static constexpr HeaderName name{"Proxy-Authenticate"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const ProxyAuthenticate&) const = default;
};
static_assert(Header<ProxyAuthenticate>);

}  // namespace sip
