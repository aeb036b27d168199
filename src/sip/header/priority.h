// sip/header/priority.h - Priority, RFC 3261 section 20.26.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct Priority : TokenHeader<Priority> {
  static constexpr HeaderName name{"Priority"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const Priority&) const = default;
};
static_assert(Header<Priority>);

}  // namespace sip
