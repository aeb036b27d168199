// sip/header/number_header.h - the family of headers that are one number: Expires, Max-Forwards, RSeq ...
#pragma once
#include <cstdint>
#include <string>

#include "sip/grammar.h"
#include "sip/header.h"

namespace sip {

/// Numbers beyond 32 bits are malformed; they never wrap.
template <class H>
struct NumberHeader {
  std::uint32_t value = 0;

  static H of(std::uint32_t value) {
    H header{};
    header.value = value;
    return header;
  }
  static Parsed<H> parse(base::Cursor& in) {
    const auto number = in.take_number<std::uint32_t>();
    if (!number) return malformed();
    return of(*number);
  }
  void print(std::string& out) const { grammar::print_number(out, value); }
  bool operator==(const NumberHeader&) const = default;
};

}  // namespace sip
