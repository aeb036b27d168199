// sip/header/timestamp.h - Timestamp, RFC 3261 section 20.38. Kept as text: the peer wants its own digits back.
#pragma once
#include <string>

#include "sip/header.h"

namespace sip {

struct Timestamp {
  static constexpr HeaderName name{"Timestamp"};
  static constexpr Arity arity = Arity::one;

  std::string at;     // seconds, "54.21"
  std::string delay;  // seconds; empty when absent

  static Parsed<Timestamp> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const Timestamp&) const = default;
};
static_assert(Header<Timestamp>);

}  // namespace sip
