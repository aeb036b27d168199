// sip/ping.h - whether a peer lives, by OPTIONS at intervals (FreeSWITCH's ping, ping-min and ping-max).
//
// A counter between 0 and ping-max: each answer adds one, each missing one takes one away. Below ping-min the peer is
// down. Pure.
#pragma once
#include <algorithm>

#include "base/time.h"

namespace sip {

class Ping {
 public:
  struct Options {
    base::Duration interval{};  ///< 0: never
    std::uint32_t min = 1, max = 1;
  };

  Ping() = default;
  Ping(const Options& options, base::Time now) : options_{options} {
    options_.max = std::max(options_.max, 1U);
    options_.min = std::clamp(options_.min, 1U, options_.max);
    if (!enabled()) return;
    count_ = options_.max;
    deadline_ = now + options_.interval;
  }

  bool enabled() const { return options_.interval > base::Duration{0}; }
  bool up() const { return !enabled() || up_; }
  std::uint32_t count() const { return count_; }
  std::uint32_t min() const { return enabled() ? options_.min : 0; }
  std::uint32_t max() const { return enabled() ? options_.max : 0; }
  base::Duration interval() const { return options_.interval; }
  base::Duration round_trip() const { return round_trip_; }
  base::Time deadline() const { return deadline_; }

  /// True: an OPTIONS is to be sent now. The next waits for the outcome of this one.
  bool on_time(base::Time now) {
    if (now < deadline_) return false;
    deadline_ = base::never;
    sent_ = now;
    return true;
  }
  /// Any answer shows that somebody is there, but for those that say that nobody serves.
  static bool is_sign_of_life(int status) { return status >= 200 && status != 408 && (status < 500 || status == 501); }
  /// 0: none came. True when the peer went up or down by it.
  bool on_reply(int status, base::Time now) {
    deadline_ = std::max(sent_ + options_.interval, now + std::chrono::seconds{1});
    const bool alive = is_sign_of_life(status);
    if (alive) round_trip_ = now - sent_;
    if (alive && count_ < options_.max) ++count_;
    if (!alive && count_ > 0) --count_;
    return std::exchange(up_, count_ >= options_.min) != up_;
  }

 private:
  Options options_;
  std::uint32_t count_ = 0;
  bool up_ = true;
  base::Time deadline_ = base::never, sent_{};
  base::Duration round_trip_{};
};

}  // namespace sip
