// sip/header/resource_priority.h - Resource-Priority, RFC 4412: "dsn.flash".
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct ResourcePriority : TokenHeader<ResourcePriority> {
  static constexpr HeaderName name{"Resource-Priority"};
  static constexpr Arity arity = Arity::many;

  /// What stands before and behind the dot.
  std::string_view space() const { return std::string_view{token}.substr(0, token.find('.')); }
  std::string_view level() const {
    const auto dot = token.find('.');
    return dot == std::string::npos ? std::string_view{} : std::string_view{token}.substr(dot + 1);
  }
  bool operator==(const ResourcePriority&) const = default;
};
static_assert(Header<ResourcePriority>);

}  // namespace sip
