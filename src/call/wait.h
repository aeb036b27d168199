// call/wait.h - how a coroutine of a leg sleeps, and why it wakes.
#pragma once
#include <coroutine>
#include <cstdint>

#include "base/time.h"
#include "io/port.h"

namespace call {

/// Why a wait ended. Hang-up is not an exception: it is an answer every wait can give.
enum class Wake : std::uint8_t {
  time,
  notified,     ///< Something happened that the waiter may care about: look.
  interrupted,  ///< A transfer or break from outside: stop what you do and return.
  hangup,
};

/// One sleeper at a time: a leg has one coroutine. Wakes come through the shard's queue, never from inside the handler
/// that caused them, so that a coroutine never runs inside somebody else's half-done work.
class Sleeper {
 public:
  explicit Sleeper(io::Shard& shard) : shard_{shard}, timer_{[this] { wake(Wake::time); }} {}
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  ~Sleeper() { *alive_ = false; }

  /// Something happened. A wait that has not begun yet will end at once.
  void notify() {
    notified_ = true;
    wake(Wake::notified);
  }
  void interrupt() {
    interrupted_ = true;
    wake(Wake::interrupted);
  }
  void hang_up() {
    hung_up_ = true;
    wake(Wake::hangup);
  }
  bool hung_up() const { return hung_up_; }
  bool interrupted() const { return interrupted_; }
  /// Whoever acts on the interruption takes it.
  bool take_interruption() { return std::exchange(interrupted_, false); }

  struct Wait {
    Sleeper& sleeper;
    base::Time until;
    bool await_ready() const {
      return sleeper.hung_up_ || sleeper.interrupted_ || sleeper.notified_ || until <= sleeper.shard_.now();
    }
    void await_suspend(std::coroutine_handle<> waiter) const {
      sleeper.waiter_ = waiter;
      sleeper.timer_.start(sleeper.shard_.timers(), until);
    }
    Wake await_resume() const { return sleeper.reason(); }
  };
  /// Until that instant, or until something happens.
  Wait until(base::Time at) { return {*this, at}; }

 private:
  Wake reason() {
    const bool notified = std::exchange(notified_, false);
    if (hung_up_) return Wake::hangup;
    if (interrupted_) return Wake::interrupted;
    return notified ? Wake::notified : Wake::time;
  }
  void wake(Wake) {
    if (!waiter_) return;
    timer_.stop();
    shard_.post(shard_.id(), [waiter = std::exchange(waiter_, {}), alive = alive_] {
      if (*alive) waiter.resume();
    });
  }

  io::Shard& shard_;
  io::Timer timer_;
  std::coroutine_handle<> waiter_;
  bool notified_ = false, interrupted_ = false, hung_up_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace call
