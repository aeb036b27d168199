// main/call_presence.h - calls for the event packages: whose line is in which call. The lamps of other telephones.
//
// The line of a leg is its user: the one with whose credentials it came, or the one that was dialled. Where calls are not
// challenged From is believed of users of ours. The variable presence_id names a line beside it: what a dialplan calls a
// parking place or a queue has a lamp too.
#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "call/switch.h"
#include "endpoint/authenticator.h"
#include "presence/state_agent.h"

namespace ahoy {

class CallPresence : public call::Observer {
 public:
  CallPresence(presence::StateAgent& agent, const endpoint::Accounts& accounts) : agent_{agent}, accounts_{accounts} {}

  void on_dialog(const call::Leg& leg, std::string_view) override { show(leg); }
  void on_progress(const call::Leg& leg) override { show(leg); }
  void on_executed(const call::Leg& leg, std::string_view application) override;
  void on_bridge(const call::Leg& a, const call::Leg& b) override;
  void on_hangup(const call::Leg& leg) override;

 private:
  struct Line {
    std::string aor;
    bool calls = false;  ///< The leg came from its telephone.
    bool operator==(const Line&) const = default;
  };
  struct Shown {
    std::string presence_id;
    std::vector<Line> lines;
  };

  std::vector<Line> lines_of(const call::Leg& leg) const;
  void show(const call::Leg& leg);

  presence::StateAgent& agent_;
  const endpoint::Accounts& accounts_;
  std::unordered_map<std::string, Shown, base::TextHash, std::equal_to<>> shown_;  // by uuid
};

}  // namespace ahoy
