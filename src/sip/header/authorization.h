// sip/header/authorization.h - Authorization, RFC 3261 section 20.7 and RFC 8760: one field for each realm and algorithm.
#pragma once
#include "sip/header/credentials.h"

namespace sip {

struct Authorization : CredentialsHeader<Authorization> {
  static constexpr HeaderName name{"Authorization"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const Authorization&) const = default;
};
static_assert(Header<Authorization>);

}  // namespace sip
