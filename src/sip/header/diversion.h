// sip/header/diversion.h - Diversion, RFC 5806.
#pragma once
#include "sip/name_addr.h"

namespace sip {

struct Diversion : AddressHeader<Diversion> {
  static constexpr HeaderName name{"Diversion"};
  static constexpr Arity arity = Arity::many;

  static Diversion of(Uri uri) {
    Diversion header;
    header.uri = std::move(uri);
    return header;
  }
  /// "user-busy", "no-answer", "unconditional" ...; empty when absent.
  std::string reason() const { return params.text_of("reason"); }
  std::optional<std::uint32_t> counter() const { return params.number("counter"); }
  bool operator==(const Diversion&) const = default;
};
static_assert(Header<Diversion>);

}  // namespace sip
