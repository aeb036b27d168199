// endpoint/rate_limit.h - so many requests a second of one address or account, and a burst of twice as many.
//
// Fixed memory: whoever was not heard of lately begins anew. Pure.
#pragma once
#include <algorithm>

#include "base/recent_table.h"

namespace endpoint {

class RateLimit {
 public:
  /// Remembered at a time; 40 bytes each.
  static constexpr std::size_t sources_max = 8192;
  /// Who is over the limit all this time does not mean to stop.
  static constexpr base::Duration patience = std::chrono::seconds{10};

  enum class Verdict : std::uint8_t { within, over, flood };

  /// A request of `key` (a good hash) at `now`; 0 a second: no limit.
  Verdict take(std::uint64_t key, std::uint32_t per_second, base::Time now) {
    if (per_second == 0) return Verdict::within;
    auto& source = sources_.at(key, now);
    const auto rate = static_cast<float>(per_second), full = burst_seconds * rate;
    const std::chrono::duration<float> passed = now - source.filled;
    source.tokens = source.filled == base::Time{} ? full : std::min(full, source.tokens + passed.count() * rate);
    source.filled = now;
    if (source.tokens >= 1) {
      source.tokens -= 1;
      return Verdict::within;
    }
    // Between two that are over, some are let through: it stays over until it has been silent for a while.
    if (now - source.over >= std::chrono::seconds{1}) source.over_since = now;
    source.over = now;
    return now - source.over_since >= patience ? Verdict::flood : Verdict::over;
  }
  /// Begins anew for somebody who has no limit: whoever asks who that is asks once a burst.
  void forgive(std::uint64_t key, base::Time now) { sources_.at(key, now) = {}; }

 private:
  static constexpr float burst_seconds = 2;
  struct Source {
    float tokens = 0;
    base::Time filled{}, over{}, over_since{};
  };
  base::RecentTable<Source> sources_{sources_max};
};

}  // namespace endpoint
