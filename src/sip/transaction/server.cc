#include "sip/transaction/server.h"

namespace sip {

void Server::on_request(base::Time) {
  if (state_ == State::proceeding || state_ == State::completed) outbox_.put(SendResponse{});
}

void Server::respond(int status, base::Time now) {
  if (state_ != State::trying && state_ != State::proceeding) return;
  outbox_.put(SendResponse{});
  if (is_provisional(status)) {
    state_ = State::proceeding;
    return;
  }
  state_ = State::completed;
  timers_.arm(Timer::j, link_ == Link::datagram ? now + timing_.t1x64 : now);
}

void Server::on_time(base::Time now) {
  if (timers_.take_due(now)) end(End::finished);
}

void Server::on_transport_error() {
  if (state_ != State::terminated) end(End::transport_error);
}

void Server::end(End why) {
  timers_.stop_all();
  state_ = State::terminated;
  outbox_.put(Ended{why});
}

}  // namespace sip
