// sip/header/min_se.h - Min-SE, RFC 4028 section 5.
#pragma once
#include <chrono>

#include "sip/header.h"
#include "sip/params.h"

namespace sip {

struct MinSe {
  static constexpr HeaderName name{"Min-SE"};
  static constexpr Arity arity = Arity::one;

  std::chrono::seconds interval{};
  Params params;

  static MinSe of(std::chrono::seconds interval) { return {interval, {}}; }
  static Parsed<MinSe> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const MinSe&) const = default;
};
static_assert(Header<MinSe>);

}  // namespace sip
