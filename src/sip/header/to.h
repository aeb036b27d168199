// sip/header/to.h - To, RFC 3261 section 20.39.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct To : AddressHeader<To> {
  static constexpr HeaderName name{"To", 't'};
  static constexpr Arity arity = Arity::one;

  std::optional<std::string_view> tag() const { return params.find("tag"); }
  bool operator==(const To&) const = default;
};
static_assert(Header<To>);

}  // namespace sip
