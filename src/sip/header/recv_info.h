// sip/header/recv_info.h - Recv-Info, RFC 6086.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct RecvInfo : TokenHeader<RecvInfo> {
  static constexpr HeaderName name{"Recv-Info"};
  static constexpr Arity arity = Arity::many;

  static constexpr bool may_be_empty = true;
  bool operator==(const RecvInfo&) const = default;
};
static_assert(Header<RecvInfo>);

}  // namespace sip
