// sip/header/privacy.h - Privacy, RFC 3323 section 4.2 and RFC 3325 section 9.3.
#pragma once
#include <string>
#include <string_view>

#include "sip/header.h"

namespace sip {

struct Privacy {
  static constexpr HeaderName name{"Privacy"};
  static constexpr Arity arity = Arity::one;

  /// "id;user;critical", without blanks.
  std::string values;

  static Privacy of(std::string_view values) { return {std::string{values}}; }
  static Parsed<Privacy> parse(base::Cursor& in);
  void print(std::string& out) const { out += values; }
  /// "id", "header", "session", "user", "none", "critical", "history".
  bool wants(std::string_view value) const;
  bool operator==(const Privacy&) const = default;
};
static_assert(Header<Privacy>);

}  // namespace sip
