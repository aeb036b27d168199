// endpoint/invite_session_in.cc - what the peer asks of a session: BYE, ACK, CANCEL, changes, INFO.
#include "endpoint/invite_session.h"
#include "sip/header/cseq.h"

namespace endpoint {

void InviteSession::on_request(TransactionId id, sip::Message request, const Flow&) {
  if (dialog_ && dialog_->on_request(request) == sip::Dialog::Order::stale) {
    if (id != no_transaction) endpoint_.respond(id, request, 500, "CSeq out of order");
    return;
  }
  switch (request.method()) {
    case sip::Method::ack: return on_ack(request);
    case sip::Method::bye: return on_bye(id, request);
    case sip::Method::invite:
    case sip::Method::update: return on_offer(id, std::move(request));
    case sip::Method::info: return endpoint_.respond(id, request, user_ ? user_->on_info(request) : 481);
    case sip::Method::options: return endpoint_.respond(id, request, 200);
    default: return endpoint_.respond(id, request, 481);
  }
}

void InviteSession::on_bye(TransactionId id, const sip::Message& bye) {
  endpoint_.respond(id, bye, 200);
  if (state_ == State::over) return;
  // Section 15.1.2: what is still pending gets 487.
  if (!outgoing_ && state_ == State::proceeding) endpoint_.respond(invite_in_, response_to(invite_, 487, {}, {}));
  if (change_in_) {
    endpoint_.respond(change_in_->id, response_to(change_in_->request, 487, {}, {}));
    change_in_.reset();
  }
  end({Ending::How::bye, 0, std::string{bye.text_of("Reason").value_or("")}, {}});
}

void InviteSession::on_ack(const sip::Message& ack) {
  const auto cseq = ack.get<sip::CSeq>();
  if (!success_timer_.running() || !cseq || cseq->number != success_cseq_) return;
  success_timer_.stop();
  std::string{}.swap(success_);
  if (state_ == State::ending) return send_bye(*dialog_, cancel_reason_, this);
  if (user_) user_->on_acknowledged(ack);
}

void InviteSession::on_cancel(TransactionId id, const sip::Message& cancel) {
  if (id != invite_in_ || state_ != State::proceeding) return;
  endpoint_.respond(invite_in_, response_to(invite_, 487, {}, {}));
  end({Ending::How::cancelled, 487, std::string{cancel.text_of("Reason").value_or("")}, {}});
}

void InviteSession::on_unacknowledged(TransactionId id) {
  if (id == invite_in_) invite_in_ = no_transaction;
}

void InviteSession::on_offer(TransactionId id, sip::Message request) {
  const bool invite = request.method() == sip::Method::invite;
  // Section 14.2: one change at a time. A re-INVITE of ours under way means glare; an unfinished INVITE of theirs
  // means they are too early.
  if (changing_) return endpoint_.respond(id, request, 491);
  if (change_in_ || success_timer_.running() || (invite && state_ == State::proceeding)) {
    auto response = response_to(request, 500, {}, {});
    response.add("Retry-After", std::to_string(endpoint_.shard().random().below(10)));
    return endpoint_.respond(id, response);
  }
  if (!user_ || state_ == State::ending || state_ == State::over) return endpoint_.respond(id, request, 481);
  change_in_ = Change{id, std::move(request)};
  user_->on_change(change_in_->request);
}

void InviteSession::accept_change(const Extra& extra) {
  if (!change_in_) return;
  const auto change = std::move(*std::exchange(change_in_, std::nullopt));
  const auto response = response_to(change.request, 200, {}, extra);
  if (change.request.method() == sip::Method::invite) return repeat_until_acknowledged(change.id, response);
  endpoint_.respond(change.id, response);
}

void InviteSession::refuse_change(int status, std::string_view reason) {
  if (!change_in_) return;
  const auto change = std::move(*std::exchange(change_in_, std::nullopt));
  endpoint_.respond(change.id, response_to(change.request, status, reason, {}));
}

// Section 13.3.1.4: a 2xx is repeated by us, at T1 doubling to T2, until its ACK comes or 64*T1 are over.
void InviteSession::repeat_until_acknowledged(TransactionId id, const sip::Message& success) {
  const auto cseq = success.get<sip::CSeq>();
  const auto& timing = endpoint_.point(flow_.point).timing;
  success_id_ = id;
  success_cseq_ = cseq ? cseq->number : 0;
  success_ = success.text();
  success_interval_ = timing.t1;
  const auto now = endpoint_.shard().now();
  success_until_ = now + timing.t1x64;
  success_timer_.start(endpoint_.shard().timers(), now + success_interval_);
  endpoint_.respond(id, success);
}

void InviteSession::repeat_success() {
  const auto now = endpoint_.shard().now();
  const auto& timing = endpoint_.point(flow_.point).timing;
  if (now < success_until_) {
    endpoint_.respond_again(success_id_, success_);
    success_interval_ = timing.backed_off(success_interval_);
    success_timer_.start(endpoint_.shard().timers(), std::min(now + success_interval_, success_until_));
    return;
  }
  // No ACK: the call is not there. Section 13.3.1.4 wants a BYE.
  const bool was_ending = state_ == State::ending;
  state_ = State::ending;
  send_bye(*dialog_, was_ending ? cancel_reason_ : std::string{}, this);
  if (auto* told = std::exchange(user_, nullptr)) told->on_ended({Ending::How::no_ack, 0, {}, {}});
}

}  // namespace endpoint
