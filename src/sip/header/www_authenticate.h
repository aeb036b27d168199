// sip/header/www_authenticate.h - WWW-Authenticate, RFC 3261 section 20.44 and RFC 8760: one field for each realm and algorithm.
#pragma once
#include "sip/header/credentials.h"

namespace sip {

struct WwwAuthenticate : CredentialsHeader<WwwAuthenticate> {
  static constexpr HeaderName name{"WWW-Authenticate"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const WwwAuthenticate&) const = default;
};
static_assert(Header<WwwAuthenticate>);

}  // namespace sip
