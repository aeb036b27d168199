// io/timer_wheel.h - timers for millions of transactions: start and stop are O(1).
//
// A hierarchical wheel of 1 ms ticks: four levels of 256 slots cover 49 days; a later deadline waits in the
// outermost slot and is placed again. Timers are intrusive: a Timer is a member of what it belongs to, costs no
// allocation, and stops itself when destroyed. Resolution 1 ms, never early. A grouping wheel may be late by 1/128 of
// the way to the deadline: the ends of thousands of transactions then share a few wake-ups.
#pragma once
#include <array>
#include <cstdint>

#include "base/function.h"
#include "base/time.h"

namespace io {

class TimerWheel;

/// Calls `on_fire` once, at or after the time it was started for. Restarting moves it.
class Timer {
 public:
  explicit Timer(base::Function<void()> on_fire) : on_fire_{std::move(on_fire)} {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { stop(); }

  /// base::never stops it.
  void start(TimerWheel& wheel, base::Time at);
  void stop();
  bool running() const { return wheel_ != nullptr; }
  base::Time at() const { return wheel_ ? at_ : base::never; }

 private:
  friend class TimerWheel;
  Timer* next_ = nullptr;
  Timer** hook_ = nullptr;  // the pointer that points at us
  TimerWheel* wheel_ = nullptr;
  base::Time at_ = base::never;
  std::uint64_t tick_ = 0;
  base::Function<void()> on_fire_;
};

class TimerWheel {
 public:
  static constexpr base::Duration tick = std::chrono::milliseconds{1};

  /// A deadline is met to this part of its distance when grouping.
  static constexpr std::uint64_t grouping_share = 128;
  enum class Precision : std::uint8_t { exact, grouping };

  TimerWheel();
  explicit TimerWheel(base::Time start, Precision precision = Precision::exact) : TimerWheel{} {
    begin(start);
    precision_ = precision;
  }
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;
  ~TimerWheel();

  /// Sets the present before any timer was started.
  void begin(base::Time now);
  /// Fires everything due at `now`, in order of deadline to the tick.
  void advance(base::Time now);
  /// Not later than the earliest deadline; exact (to the tick) when that is under 256 ms away; never when idle.
  base::Time next() const;
  std::size_t size() const { return size_; }

 private:
  friend class Timer;
  static constexpr std::size_t levels = 4, slots = 256;
  struct Level {
    std::array<Timer*, slots> slot{};
    std::array<std::uint64_t, slots / 64> occupied{};
  };

  void insert(Timer& timer);
  void remove(Timer& timer);
  void place(Timer& timer);
  void cascade(std::size_t level);
  void fire_slot(std::size_t index);

  std::array<Level, levels> level_;
  std::uint64_t now_ = 0;  // ticks that have been fired
  std::size_t size_ = 0;
  Precision precision_ = Precision::exact;
};

}  // namespace io
