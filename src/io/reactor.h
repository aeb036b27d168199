// io/reactor.h - the epoll loop of one shard: who is told what is ready, and what is flushed once a turn.
#pragma once
#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.h"
#include "io/backlog.h"
#include "io/pace.h"
#include "io/socket.h"

namespace io {

/// A descriptor that epoll watches. Unwatched ones die at the end of the turn, when no event can name them.
class Watched {
 public:
  virtual ~Watched() = default;
  virtual void on_ready(std::uint32_t events) = 0;
  /// Called once at the end of a turn in which need_flush() was called.
  virtual void flush() {}

  File file;
  bool abandoned = false;  ///< The owner is gone: no more calls out.
  bool flush_wanted = false;
};

class Reactor {
 public:
  Reactor();

  void watch(Watched& watched, std::uint32_t events);
  void change(Watched& watched, std::uint32_t events);
  /// Deletes `watched` at the end of the turn.
  void bury(Watched* watched);
  void need_flush(Watched& watched);

  /// Waits at most `timeout` (rounded up to a millisecond) for something to be ready.
  void wait(base::Duration timeout);
  /// Calls what is ready. Apart from wait(), because the time has to be read between the two.
  void dispatch();
  void flush_all();
  /// Says that the next turn must not linger: see Pace.
  void hurry() { pace_.hurry(); }
  /// Says that a socket holds more than this turn took.
  void leave_unread() {
    backlog_.leave_unread();
    hurry();
  }
  /// A turn begins at `now`, after a wait() that began at `asked`.
  void begin(base::Time asked, base::Time now) { backlog_.begin(asked, now); }
  const Backlog& backlog() const { return backlog_; }
  /// Sleeps, when the turn that began at `began` may be followed at leisure.
  void rest(base::Time began);
  /// Ends a wait from another thread.
  void wake();

 private:
  static constexpr std::size_t events_per_turn = 256;
  File epoll_, wake_;
  std::array<epoll_event, events_per_turn> ready_;
  std::size_t ready_count_ = 0;
  Pace pace_;
  Backlog backlog_;
  std::vector<Watched*> to_flush_;
  std::vector<std::unique_ptr<Watched>> graveyard_;
};

}  // namespace io
