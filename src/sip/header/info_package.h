// sip/header/info_package.h - Info-Package, RFC 6086.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct InfoPackage : TokenHeader<InfoPackage> {
  static constexpr HeaderName name{"Info-Package"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const InfoPackage&) const = default;
};
static_assert(Header<InfoPackage>);

}  // namespace sip
