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

  /// Lives in the frame of the coroutine that waits: when that is destroyed meanwhile, nobody is woken.
  class Wait {
   public:
    Wait(Sleeper& sleeper, base::Time until) : sleeper_{sleeper}, until_{until} {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (sleeper_.waiting_ == this) sleeper_.waiting_ = nullptr;
    }
    bool await_ready() const {
      return sleeper_.hung_up_ || sleeper_.interrupted_ || sleeper_.notified_ || until_ <= sleeper_.shard_.now();
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      waiter_ = waiter;
      sleeper_.begin(*this);
    }
    Wake await_resume() const { return sleeper_.reason(); }

   private:
    friend class Sleeper;
    Sleeper& sleeper_;
    base::Time until_;
    std::coroutine_handle<> waiter_;
  };
  /// Until that instant, or until something happens.
  Wait until(base::Time at) { return {*this, at}; }

 private:
  void begin(Wait& wait) {
    waiting_ = &wait;
    ++waits_;
    woken_ = false;
    timer_.start(shard_.timers(), wait.until_);
  }
  Wake reason() {
    const bool notified = std::exchange(notified_, false);
    if (hung_up_) return Wake::hangup;
    if (interrupted_) return Wake::interrupted;
    return notified ? Wake::notified : Wake::time;
  }
  void wake(Wake) {
    if (!waiting_ || std::exchange(woken_, true)) return;
    timer_.stop();
    shard_.post(shard_.id(), [this, alive = alive_, number = waits_] {
      if (!*alive || !waiting_ || number != waits_) return;
      std::exchange(waiting_, nullptr)->waiter_.resume();
    });
  }

  io::Shard& shard_;
  io::Timer timer_;
  Wait* waiting_ = nullptr;
  std::uint64_t waits_ = 0;
  bool woken_ = false;  // the present wait's end is on its way
  bool notified_ = false, interrupted_ = false, hung_up_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace call
