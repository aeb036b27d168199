// sip/header/geolocation.h - Geolocation, RFC 6442: where the location of the caller is to be found.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct Geolocation : AddressHeader<Geolocation> {
  static constexpr HeaderName name{"Geolocation"};
  static constexpr Arity arity = Arity::many;
  bool operator==(const Geolocation&) const = default;
};
static_assert(Header<Geolocation>);

}  // namespace sip
