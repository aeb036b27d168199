// sip/header/service_route.h - Service-Route, RFC 3608.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct ServiceRoute : AddressHeader<ServiceRoute> {
  static constexpr HeaderName name{"Service-Route"};
  static constexpr Arity arity = Arity::many;

  static ServiceRoute of(Uri uri) {
    ServiceRoute header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const ServiceRoute&) const = default;
};
static_assert(Header<ServiceRoute>);

}  // namespace sip
