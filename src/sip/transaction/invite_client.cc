#include "sip/transaction/invite_client.h"

namespace sip {

InviteClient::InviteClient(const Timing& timing, Link link, base::Time now)
    : timing_{timing}, link_{link}, interval_{timing.t1} {
  timers_.arm(Timer::b, now + timing_.patience());
  if (link_ == Link::datagram) timers_.arm(Timer::a, now + interval_);
  outbox_.put(SendRequest{});
}

void InviteClient::on_response(int status, base::Time now) {
  switch (state_) {
    case State::calling:
    case State::proceeding:
      if (is_provisional(status)) return proceed(status);
      if (is_success(status)) return accept(status, now);
      return complete(status, now);
    case State::accepted:  // RFC 6026: every 2xx goes up, each needs its own ACK.
      if (is_success(status)) outbox_.put(Deliver{status});
      return;
    case State::completed:  // A repeated final answer means our ACK was lost.
      if (is_failure(status)) outbox_.put(SendAck{});
      return;
    case State::terminated:
      return;
  }
}

void InviteClient::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    switch (*due) {
      case Timer::a: retransmit(now); break;
      case Timer::b: end(End::timeout); break;
      case Timer::d:
      case Timer::m: end(End::finished); break;
      case Timer::count: break;
    }
  }
}

void InviteClient::on_transport_error() {
  if (state_ == State::calling || state_ == State::completed) end(End::transport_error);
}

void InviteClient::abandon(base::Time now) {
  if (abandoned_until_ != base::never) return;
  abandoned_until_ = now + timing_.t1x64;
  if (state_ == State::proceeding) timers_.arm(Timer::b, abandoned_until_);
}

void InviteClient::proceed(int status) {
  enter(State::proceeding);
  if (abandoned_until_ != base::never) timers_.arm(Timer::b, abandoned_until_);
  outbox_.put(Deliver{status});
}

void InviteClient::accept(int status, base::Time now) {
  enter(State::accepted);
  timers_.arm(Timer::m, now + timing_.t1x64);
  outbox_.put(Deliver{status});
}

void InviteClient::complete(int status, base::Time now) {
  enter(State::completed);
  timers_.arm(Timer::d, link_ == Link::datagram ? now + timing_.d : now);
  outbox_.put(SendAck{});
  outbox_.put(Deliver{status});
}

void InviteClient::retransmit(base::Time now) {
  interval_ *= 2;
  timers_.arm(Timer::a, now + interval_);
  outbox_.put(SendRequest{});
}

void InviteClient::end(End why) {
  enter(State::terminated);
  outbox_.put(Ended{why});
}

void InviteClient::enter(State next) {
  timers_.stop_all();  // No timer outlives the state that armed it.
  state_ = next;
}

}  // namespace sip
