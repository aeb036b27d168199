// call/confirmation.h - group_confirm_key: whoever answers presses a key before the call is theirs.
//
// The file of group_confirm_file is played and as many digits as the key has are waited for, again and again; the key
// `exec` runs that file as an application instead, and the leg confirms by being there afterwards.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "call/leg.h"

namespace call {

class Confirmation {
 public:
  /// group_confirm_read_timeout when not set.
  static constexpr std::chrono::milliseconds read_timeout_default{5'000};
  using Setting = std::function<std::string(std::string_view name)>;

  /// `leg` has answered; `watcher` is notified when it has confirmed. The leg's own coroutine must not run.
  Confirmation(Leg& leg, Sleeper& watcher, Setting setting);
  Confirmation(const Confirmation&) = delete;
  Confirmation& operator=(const Confirmation&) = delete;
  ~Confirmation();

  bool confirmed() const { return confirmed_; }

 private:
  base::Task<void> live();
  base::Task<void> run_application(std::string line);
  base::Task<bool> read_key(std::string key, base::Duration timeout);
  void play(const std::string& file);

  LegHold leg_;
  Sleeper& watcher_;
  Setting setting_;
  bool confirmed_ = false;
  base::Task<void> life_;
};

}  // namespace call
