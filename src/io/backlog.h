// io/backlog.h - how far behind its sockets a shard is.
#pragma once
#include "base/time.h"

namespace io {

/// What a turn handles came since the last turn looked into the sockets, or longer ago, when that one left something
/// unread. A shard that had to wait for something to happen is not behind, and one that was held up for once (a busy
/// machine, a large reload) has soon caught up: it is behind when it was late in every turn for a while. Costs a clock
/// reading a turn, and nothing a message.
class Backlog {
 public:
  /// Asking whether something is ready takes less; who waits longer was idle.
  static constexpr base::Duration question = std::chrono::microseconds{200};
  /// What a busy shard takes for a turn or two.
  static constexpr base::Duration usual = std::chrono::milliseconds{10};
  /// Late for less than this: held up, and not behind.
  static constexpr base::Duration patience = std::chrono::milliseconds{100};

  /// A turn begins at `now`, after a wait that began at `asked`.
  void begin(base::Time asked, base::Time now) {
    if (now - asked > question) since_ = now;
    else if (!unread_) since_ = began_;
    unread_ = false;
    began_ = now;
    if (began_ - since_ <= usual) in_time_ = now;
  }
  /// This turn leaves something for the next.
  void leave_unread() { unread_ = true; }
  /// The longest that what this turn handles may have waited; nothing unless the shard is late all the time.
  base::Duration behind() const { return began_ - in_time_ < patience ? base::Duration{0} : began_ - since_; }

 private:
  base::Time began_{}, since_{}, in_time_{};
  bool unread_ = false;
};

}  // namespace io
