#include "sip/transaction/client.h"

namespace sip {

Client::Client(const Timing& timing, Link link, base::Time now)
    : timing_{timing}, link_{link}, interval_{timing.t1} {
  timers_.arm(Timer::f, now + timing_.patience());
  if (link_ == Link::datagram) timers_.arm(Timer::e, now + interval_);
  outbox_.put(SendRequest{});
}

void Client::on_response(int status, base::Time now) {
  if (state_ == State::completed || state_ == State::terminated) return;
  if (is_provisional(status)) {
    state_ = State::proceeding;  // E and F go on: section 17.1.2.2
    // The server lives: it gets the time it would have had without others to try.
    if (std::exchange(timing_.no_answer, {}) != base::Duration{0}) timers_.arm(Timer::f, now + timing_.t1x64);
    outbox_.put(Deliver{status});
    return;
  }
  timers_.stop_all();
  state_ = State::completed;
  timers_.arm(Timer::k, link_ == Link::datagram ? now + timing_.t4 : now);
  outbox_.put(Deliver{status});
}

void Client::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    switch (*due) {
      case Timer::e: retransmit(now); break;
      case Timer::f: end(End::timeout); break;
      case Timer::k: end(End::finished); break;
      case Timer::count: break;
    }
  }
}

void Client::on_transport_error() {
  if (state_ == State::trying || state_ == State::proceeding) end(End::transport_error);
}

void Client::retransmit(base::Time now) {
  interval_ = state_ == State::proceeding ? timing_.t2 : timing_.backed_off(interval_);
  timers_.arm(Timer::e, now + interval_);
  outbox_.put(SendRequest{});
}

void Client::end(End why) {
  timers_.stop_all();
  state_ = State::terminated;
  outbox_.put(Ended{why});
}

}  // namespace sip
