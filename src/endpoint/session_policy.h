// endpoint/session_policy.h - what a profile wants of its sessions beyond the basic protocol.
#pragma once
#include "sip/dialog/session_timer.h"

namespace endpoint {

struct SessionPolicy {
  /// enable-100rel: offered to callees, and used towards callers that support it. Who requires it always gets it.
  bool reliable_provisionals = false;
  /// manual-redirect=false: the contacts of a 3xx are called in turn.
  bool follows_redirects = false;
  sip::SessionTimerPolicy timer;  ///< enable-timer, session-timeout, minimum-session-expires
  bool operator==(const SessionPolicy&) const = default;
};

}  // namespace endpoint
