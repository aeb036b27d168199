#include "sip/transaction/invite_server.h"

namespace sip {

void InviteServer::on_request(base::Time) {
  const bool repeats = state_ == State::proceeding || state_ == State::completed;
  if (repeats && answered_) outbox_.put(SendResponse{});
}

void InviteServer::on_ack(base::Time now) {
  if (state_ != State::completed) return;
  enter(State::confirmed);
  timers_.arm(Timer::i, link_ == Link::datagram ? now + timing_.t4 : now);
}

void InviteServer::respond(int status, base::Time now) {
  if (state_ == State::accepted && is_success(status)) {
    outbox_.put(SendResponse{});
    return;
  }
  if (state_ != State::proceeding) return;
  answered_ = true;
  outbox_.put(SendResponse{});
  if (is_provisional(status)) return;
  if (is_success(status)) {
    enter(State::accepted);
    timers_.arm(Timer::l, now + timing_.t1x64);
    return;
  }
  enter(State::completed);
  timers_.arm(Timer::h, now + timing_.t1x64);
  if (link_ == Link::datagram) timers_.arm(Timer::g, now + interval_);
}

void InviteServer::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    switch (*due) {
      case Timer::g:
        interval_ = timing_.backed_off(interval_);
        timers_.arm(Timer::g, now + interval_);
        outbox_.put(SendResponse{});
        break;
      case Timer::h: end(End::timeout); break;
      case Timer::i:
      case Timer::l: end(End::finished); break;
      case Timer::count: break;
    }
  }
}

void InviteServer::on_transport_error() {
  if (state_ == State::proceeding || state_ == State::completed) end(End::transport_error);
}

void InviteServer::end(End why) {
  enter(State::terminated);
  outbox_.put(Ended{why});
}

void InviteServer::enter(State next) {
  timers_.stop_all();  // No timer outlives the state that armed it.
  state_ = next;
}

}  // namespace sip
