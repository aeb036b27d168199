// sip/header/route.h - Route, RFC 3261 section 20.34.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct Route : AddressHeader<Route> {
  static constexpr HeaderName name{"Route"};
  static constexpr Arity arity = Arity::many;

  static Route of(Uri uri) {
    Route header;
    header.uri = std::move(uri);
    return header;
  }
  /// A loose router, RFC 3261 section 16.4.
  bool is_loose() const { return uri.has_param("lr"); }
  bool operator==(const Route&) const = default;
};
static_assert(Header<Route>);

}  // namespace sip
