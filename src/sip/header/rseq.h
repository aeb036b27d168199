// sip/header/rseq.h - RSeq, RFC 3262 section 7.1.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// 1 .. 2^31 - 1 when first sent.
struct RSeq : NumberHeader<RSeq> {
  static constexpr HeaderName name{"RSeq"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const RSeq&) const = default;
};
static_assert(Header<RSeq>);

}  // namespace sip
