// sip/header/user_agent.h - User-Agent, RFC 3261 section 20.41.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct UserAgent : TextHeader<UserAgent> {
  static constexpr HeaderName name{"User-Agent"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const UserAgent&) const = default;
};
static_assert(Header<UserAgent>);

}  // namespace sip
