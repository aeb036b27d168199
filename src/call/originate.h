// call/originate.h - making calls from a dial string: races, alternatives, timers, early media. The engine behind
// bridge and originate (FreeSWITCH's switch_ivr_originate; spec 2.0.7).
//
// A coroutine that dials the legs of one alternative side by side, waits for the first that answers (or gives early
// media, unless ignored), hangs up the others, and goes to the next alternative when all have failed.
#pragma once
#include <string>
#include <vector>

#include "base/task.h"
#include "call/dial_string.h"
#include "call/leg.h"

namespace call {

/// Legs one originate may have on their way at the same time, and how deep dial strings may nest.
inline constexpr std::size_t race_legs_max = 128;
inline constexpr int dial_nesting_max = 8;

struct OriginateOptions {
  Leg* caller = nullptr;                 ///< null: nobody waits (API originate)
  std::string caller_id_name, caller_id_number;
  base::Duration timeout = std::chrono::seconds{60};
};

struct Originated {
  LegHold leg;                           ///< the winner, answered or in early media; empty: nobody
  Cause cause = Cause::normal_temporary_failure;  ///< originate_disposition when there is no winner
  int status = 0;                        ///< the last SIP status a leg failed with
};

/// `owner` is the switch of the shard. Sets the result variables on the caller. Ends early when the caller hangs up
/// (ORIGINATOR_CANCEL).
base::Task<Originated> originate(Switch& owner, std::string dial_string, OriginateOptions options);

}  // namespace call
