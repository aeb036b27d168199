// sip/header/record_route.h - Record-Route, RFC 3261 section 20.30.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct RecordRoute : AddressHeader<RecordRoute> {
  static constexpr HeaderName name{"Record-Route"};
  static constexpr Arity arity = Arity::many;

  static RecordRoute of(Uri uri) {
    RecordRoute header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const RecordRoute&) const = default;
};
static_assert(Header<RecordRoute>);

}  // namespace sip
