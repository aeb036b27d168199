// call/bridge.h - two legs of one shard talking to each other.
#pragma once
#include "base/task.h"
#include "call/leg.h"

namespace call {

enum class BridgeEnd : std::uint8_t {
  a_hung_up,
  b_hung_up,
  separated,    ///< Somebody took one of them away (separate()): b is nobody's business here any more.
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

/// Ends the bridge a leg is in, from outside; both are still up. Whoever runs the bridge learns of it.
void separate(Leg& leg);

/// Bridges two legs of one shard, whatever they are doing: both leave it. When one hangs up, so does the other.
void connect(Leg& a, Leg& b);

}  // namespace call
