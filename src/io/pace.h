// io/pace.h - how often a busy shard looks round: signalling may gather for a moment, media may not.
#pragma once
#include "base/time.h"

namespace io {

/// Decides when the next turn of a shard may begin. Waking a thread costs more than handling a SIP message, and a
/// shard that takes ten messages at a time finds its code and data in the cache for nine of them. So a shard whose
/// turns follow each other closely begins one a millisecond; one that was quiet begins at once, and one that carries
/// media, or knows of more that waits, never lingers. docs/decision/0014-busy-shards-gather.md has the figures.
class Pace {
 public:
  /// The longest that a message waits for company.
  static constexpr base::Duration gather = std::chrono::milliseconds{1};
  /// Turns that begin closer together than this make a shard a busy one.
  static constexpr base::Duration dense = 2 * gather;
  /// Media flows on when a packet came within this time: two packets of the slowest common ptime (60 ms).
  static constexpr base::Duration hurry_for = std::chrono::milliseconds{120};

  /// Says that this turn carried media, or left something unread.
  void hurry() { hurried_ = true; }

  /// When the turn after the one that began at `began` may begin; `began` itself means at once.
  base::Time next_turn(base::Time began) {
    if (hurried_) hurry_until_ = began + hurry_for;
    hurried_ = false;
    const bool busy = began - last_ < dense;
    last_ = began;
    return busy && began >= hurry_until_ ? began + gather : began;
  }

 private:
  bool hurried_ = false;
  base::Time last_{-dense};
  base::Time hurry_until_{};
};

}  // namespace io
