// endpoint/invite_session_in.cc - what the peer asks of a session: BYE, ACK, CANCEL, INFO.
#include "endpoint/invite_session_parts.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/info_package.h"

namespace endpoint {

void InviteSession::on_request(TransactionId id, sip::Message request, const Flow&) {
  if (!in_order(id, request)) return;
  switch (request.method()) {
    case sip::Method::ack: return on_ack(request);
    case sip::Method::bye: return on_bye(id, request);
    case sip::Method::invite:
    case sip::Method::update: return on_offer(id, std::move(request));
    case sip::Method::prack: return on_prack(id, std::move(request));
    case sip::Method::info:
      // RFC 6086 section 4.2.2: we have said in no Recv-Info that we want any package.
      if (request.has<sip::InfoPackage>()) {
        Extra wanted;
        wanted.headers.emplace_back("Recv-Info", "");
        return respond(id, request, 469, wanted);
      }
      return endpoint_.respond(id, request, user_ ? user_->on_info(request) : 481);
    case sip::Method::options: return endpoint_.describe(id, request);
    case sip::Method::refer:
    case sip::Method::notify:
    case sip::Method::message:
      if (user_) return user_->on_other(*this, id, request);
      return endpoint_.respond(id, request, 481);
    default: return endpoint_.respond(id, request, 481);
  }
}

/// Of the dialog it belongs to: before the answer there may be several.
bool InviteSession::in_order(TransactionId id, const sip::Message& request) {
  if (!dialog_) return true;
  const auto from = request.get<sip::From>();
  auto* dialog = fork(from ? from->params.text_of("tag") : std::string{});
  if (!dialog) {
    if (id != no_transaction) endpoint_.respond(id, request, 481);
    return false;
  }
  if (dialog->on_request(request) == sip::Dialog::Order::in_order) return true;
  if (id != no_transaction) endpoint_.respond(id, request, 500, "CSeq out of order");
  return false;
}

void InviteSession::on_bye(TransactionId id, const sip::Message& bye) {
  endpoint_.respond(id, bye, 200);
  if (state_ == State::over) return;
  // Section 15.1.2: what is still pending gets 487.
  if (!outgoing_ && (state_ == State::proceeding || answer_waits())) endpoint_.respond(invite_in_, response_to(invite_, 487, {}, {}));
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
  if (id != invite_in_ || (state_ != State::proceeding && !answer_waits())) return;
  endpoint_.respond(invite_in_, response_to(invite_, 487, {}, {}));
  end({Ending::How::cancelled, 487, std::string{cancel.text_of("Reason").value_or("")}, {}});
}

void InviteSession::on_unacknowledged(TransactionId id) {
  if (id == invite_in_) invite_in_ = no_transaction;
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
    endpoint_.respond_with(success_id_, 200, success_);
    success_interval_ = timing.backed_off(success_interval_);
    success_timer_.start(endpoint_.shard().timers(), std::min(now + success_interval_, success_until_));
    return;
  }
  // No ACK: the call is not there. Section 13.3.1.4 wants a BYE.
  give_up({Ending::How::no_ack, 0, {}, {}}, state_ == State::ending ? cancel_reason_ : std::string{});
}

}  // namespace endpoint
