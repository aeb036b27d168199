// sip/header/from.h - From, RFC 3261 section 20.20.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct From : AddressHeader<From> {
  static constexpr HeaderName name{"From", 'f'};
  static constexpr Arity arity = Arity::one;

  std::optional<std::string_view> tag() const { return params.find("tag"); }
  bool operator==(const From&) const = default;
};
static_assert(Header<From>);

}  // namespace sip
