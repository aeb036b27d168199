// sip/header/server.h - Server, RFC 3261 section 20.35.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct Server : TextHeader<Server> {
  static constexpr HeaderName name{"Server"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const Server&) const = default;
};
static_assert(Header<Server>);

}  // namespace sip
