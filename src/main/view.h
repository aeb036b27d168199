// main/view.h - a shard's rooms as commands see them.
#pragma once
#include "control/house.h"
#include "main/server.h"

namespace ahoy {

inline control::ShardView view_of(ShardServer& one) {
  return {&one.shard, &one.endpoint, &one.calls, &one.runtime, &one.journal, &one.location, &one.gateways, &one.guard,
          &one.state_agent};
}

}  // namespace ahoy
