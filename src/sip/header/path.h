// sip/header/path.h - Path, RFC 3327.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct Path : AddressHeader<Path> {
  static constexpr HeaderName name{"Path"};
  static constexpr Arity arity = Arity::many;

  static Path of(Uri uri) {
    Path header;
    header.uri = std::move(uri);
    return header;
  }
  bool operator==(const Path&) const = default;
};
static_assert(Header<Path>);

}  // namespace sip
