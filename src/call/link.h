// call/link.h - a bridge between legs of different shards.
//
// A leg never leaves its shard: its timers, dialog and sockets live there. So each of the two is bridged with a stand-in on
// its own shard, and the stand-ins are joined: their descriptions and hang-ups travel as posted values, their sound over
// the sockets both have anyway. docs/decision/0011.
#pragma once
#include <functional>
#include <string>
#include <unordered_map>

#include "call/switch.h"

namespace call {

/// The links of one shard.
class Links : Observer {
 public:
  explicit Links(Switch& owner);

  /// Bridges `near` with the leg `far` of another shard. When that is gone meanwhile, `near` is hung up.
  void connect(Leg& near, Switch& far_switch, const std::string& far);
  std::size_t size() const { return ends_.size(); }

 private:
  struct End {
    Switch* other;
    std::string uuid;
  };

  Leg* make_stand_in(const Leg& leg);
  void accept(Switch& from, const std::string& stand_in, const std::string& offer, const std::string& far);
  void finish(const std::string& stand_in, const std::string& near, const std::string& answer);
  void on_hangup(const Leg& leg) override;
  /// Runs on the other shard, if its switch is still there.
  void post(Switch& to, std::function<void(Links&)> work);

  Switch& owner_;
  std::unordered_map<std::string, End> ends_;  // by the stand-in's uuid
};

}  // namespace call
