// app/park.h - waiting for orders, for "park" and park_after_bridge.
#pragma once
#include "dialplan/execution.h"

namespace app {

/// Until the leg is transferred, told to break, or hung up; park_timeout=<seconds>[:<cause>] ends it.
base::Task<dialplan::Outcome> park(dialplan::Execution& execution);

}  // namespace app
