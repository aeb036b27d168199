// sip/header/refer_sub.h - Refer-Sub, RFC 4488: whether a REFER is to make a subscription.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ReferSub : TokenHeader<ReferSub> {
  static constexpr HeaderName name{"Refer-Sub"};
  static constexpr Arity arity = Arity::one;

  /// "true" and "false" are all there is.
  bool wanted() const { return !is("false"); }
  bool operator==(const ReferSub&) const = default;
};
static_assert(Header<ReferSub>);

}  // namespace sip
