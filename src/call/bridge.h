// call/bridge.h - two legs of one shard talking to each other.
#pragma once
#include "base/task.h"
#include "call/leg.h"

namespace call {

enum class BridgeEnd : std::uint8_t {
  a_hung_up,
  b_hung_up,
  interrupted,  ///< a was transferred or told to break
  failed,       ///< a could not be answered: no codec in common
};

struct BridgeResult {
  BridgeEnd end = BridgeEnd::failed;
  bool answered = false;  ///< b had answered at some time
};

/// Joins the media, answers `a` when `b` has, and waits until one of them is gone. `b` may be in early media only. The
/// other leg is still up when this returns.
base::Task<BridgeResult> bridge(Leg& a, Leg& b);

}  // namespace call
