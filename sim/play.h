// sim/play.h - run one machine against the time line, as fast as it can go.
#pragma once
#include <utility>
#include <vector>

#include "base/time.h"

namespace sim {

/// Jumps from deadline to deadline and writes down everything the machine asks for, and when.
template <class Machine>
class Play {
 public:
  using Output = typename Machine::Output;
  struct Entry {
    base::Duration at;
    Output what;
    bool operator==(const Entry&) const = default;
  };

  explicit Play(Machine machine) : machine_{std::move(machine)} { drain(); }

  /// Gives the machine something now: play.feed([](auto& tx, auto now) { ... }).
  template <class Input>
  void feed(Input input) {
    input(machine_, now_);
    drain();
  }

  /// The same at a later time.
  template <class Input>
  void at(base::Duration when, Input input) {
    run_until(when);
    feed(std::move(input));
  }

  void run_until(base::Duration horizon) {
    const base::Time end = base::Time{} + horizon;
    while (machine_.deadline() <= end) {
      now_ = std::max(now_, machine_.deadline());
      machine_.on_time(now_);
      drain();
    }
    now_ = end;
  }

  const std::vector<Entry>& log() const { return log_; }
  Machine& machine() { return machine_; }

 private:
  void drain() {
    while (auto out = machine_.poll()) log_.push_back({now_ - base::Time{}, *out});
  }
  base::Time now_{};
  Machine machine_;
  std::vector<Entry> log_;
};

}  // namespace sim
