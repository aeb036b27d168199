// sip/header/cseq.h - CSeq, RFC 3261 section 20.16. Numbers beyond 32 bits are malformed.
#pragma once
#include <cstdint>
#include <string>

#include "sip/header.h"
#include "sip/method.h"

namespace sip {

struct CSeq {
  static constexpr HeaderName name{"CSeq"};
  static constexpr Arity arity = Arity::one;

  std::uint32_t number = 0;
  Method method = Method::unknown;
  std::string method_text;  // always set; the only name an unknown method has

  static CSeq of(std::uint32_t number, Method method) { return {number, method, std::string{sip::name(method)}}; }
  static CSeq of(std::uint32_t number, std::string_view method) { return {number, method_of(method), std::string{method}}; }

  static Parsed<CSeq> parse(base::Cursor& in) { return parsed_by<CSeq>(take, in); }
  static bool take(base::Cursor& in, CSeq& into);
  void print(std::string& out) const;
  bool operator==(const CSeq&) const = default;
};
static_assert(Header<CSeq>);

}  // namespace sip
