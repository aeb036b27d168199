// bench/load/repeats.h - messages that are sent again until they are answered (RFC 3261 timers A, E and G).
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <unordered_map>

#include "bench/load/way.h"

namespace load {

class Repeats {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds t1{500}, t2{4000}, give_up{32'000};

  void start(const std::string& key, std::string message, const Peer& to, Clock::time_point now) {
    stop(key);
    const auto due = due_.emplace(now + t1, key);
    waiting_[key] = {std::move(message), to, t1, now, due};
  }
  void stop(const std::string& key) {
    const auto found = waiting_.find(key);
    if (found == waiting_.end()) return;
    due_.erase(found->second.due);
    waiting_.erase(found);
  }
  void send_due(Way& way, Clock::time_point now) {
    while (!due_.empty() && due_.begin()->first <= now) {
      const std::string key = due_.begin()->second;
      auto& one = waiting_.at(key);
      if (now - one.begun >= give_up) {
        stop(key);
        continue;
      }
      way.send(one.message, one.to);
      one.interval = std::min(2 * one.interval, t2);
      due_.erase(one.due);
      one.due = due_.emplace(now + one.interval, key);
    }
  }
  Clock::time_point next() const { return due_.empty() ? Clock::time_point::max() : due_.begin()->first; }

 private:
  using Due = std::multimap<Clock::time_point, std::string>;
  struct Waiting {
    std::string message;
    Peer to;
    std::chrono::milliseconds interval;
    Clock::time_point begun;
    Due::iterator due;
  };
  Due due_;
  std::unordered_map<std::string, Waiting> waiting_;
};

}  // namespace load
