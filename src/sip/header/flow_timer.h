// sip/header/flow_timer.h - Flow-Timer, RFC 5626 section 11.
#pragma once
#include "sip/header/number_header.h"

namespace sip {

/// Seconds between keepalives the edge wants.
struct FlowTimer : NumberHeader<FlowTimer> {
  static constexpr HeaderName name{"Flow-Timer"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const FlowTimer&) const = default;
};
static_assert(Header<FlowTimer>);

}  // namespace sip
