// sip/header/rack.h - RAck, RFC 3262 section 7.2.
#pragma once
#include <cstdint>
#include <string>

#include "sip/header.h"
#include "sip/method.h"

namespace sip {

struct RAck {
  static constexpr HeaderName name{"RAck"};
  static constexpr Arity arity = Arity::one;

  std::uint32_t rseq = 0;
  std::uint32_t cseq = 0;
  std::string method;  // as sent: "INVITE"

  static Parsed<RAck> parse(base::Cursor& in);
  void print(std::string& out) const;
  bool operator==(const RAck&) const = default;
};
static_assert(Header<RAck>);

}  // namespace sip
