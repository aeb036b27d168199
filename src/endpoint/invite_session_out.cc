// endpoint/invite_session_out.cc - what comes back to a session's own requests: INVITE, CANCEL, BYE.
#include "endpoint/invite_session_parts.h"
#include <algorithm>

#include "endpoint/uas_checks.h"
#include "sip/header/authorization.h"
#include "sip/header/cseq.h"
#include "sip/header/min_se.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/require.h"
#include "sip/header/to.h"
#include "sip/multipart.h"
#include "sip/status.h"

namespace endpoint {

/// Here and not where responses arrive, because a proxy passes bodies on as they are.
void InviteSession::on_response(TransactionId id, const sip::Message& response) {
  if (sip::is_multipart(response.content_type())) {
    auto unwrapped = response;
    UasChecks::unwrap(unwrapped);
    return on_answer(id, unwrapped);
  }
  on_answer(id, response);
}

void InviteSession::on_answer(TransactionId id, const sip::Message& response) {
  if (id == invite_out_) return on_invite_response(response);
  if (ask_again(id, response)) return;
  if (id == change_out_) return on_change_response(response);
  if (id == refer_out_ && sip::is_final(response.status())) {
    refer_out_ = no_transaction;
    if (user_) user_->on_refer_result(response.status());
    return;
  }
  if (id == bye_out_ && sip::is_final(response.status())) {
    bye_out_ = no_transaction;
    finish();
  }
}

void InviteSession::on_failure(TransactionId id, sip::End why) {
  forget_asked(id);
  if (id == bye_out_) {
    bye_out_ = no_transaction;
    return finish();
  }
  if (id == refer_out_) {
    refer_out_ = no_transaction;
    if (user_) user_->on_refer_result(0);
    return;
  }
  if (id == change_out_) {
    change_out_ = no_transaction;
    changing_ = false;
    return on_change_failed(0, nullptr);
  }
  if (id != invite_out_) return;
  invite_out_ = no_transaction;
  if (state_ == State::answered || state_ == State::over) return;
  if (state_ == State::ending && !cancel_wanted_) return;  // the BYE is still under way
  const bool late = why == sip::End::timeout;
  const int status = late ? 408 : 503;
  if (state_ == State::proceeding && redirection_ && try_next_target(status)) return;
  end({late ? Ending::How::timeout : Ending::How::transport_error, status, {}, {}});
}

void InviteSession::on_moved(TransactionId id, const Flow& flow, const sip::Message& request) {
  if (id != invite_out_) return;
  flow_ = flow;
  provisional_came_ = false;
  dialog_.reset();
  if (const auto contact = request.text_of("Contact")) invite_.set("Contact", *contact);
}

void InviteSession::on_invite_response(const sip::Message& response) {
  const int status = response.status();
  if (sip::is_success(status)) return on_success(response);
  if (sip::is_provisional(status)) return on_invite_provisional(response);
  invite_out_ = no_transaction;
  if (state_ == State::answered || state_ == State::over) return;
  const bool challenged = status == 401 || status == 407;
  if (challenged && state_ == State::proceeding && answers_challenge(response)) {
    credentials_->responder->authorize(invite_);
    return send_again();
  }
  // Once: a peer that always wants more would keep us busy.
  if (status == 422 && state_ == State::proceeding && !std::exchange(min_se_heeded_, true) &&
      sip::heed_min_se(response, policy_.timer)) {
    invite_.remove<sip::SessionExpires>();
    invite_.remove<sip::MinSe>();
    sip::ask_for_session_timer(invite_, policy_.timer);
    return send_again();
  }
  if (state_ == State::proceeding && redirect(response)) return;
  end({Ending::How::rejected, status, std::string{response.text_of("Reason").value_or("")}, std::string{response.reason()}});
}

void InviteSession::on_invite_provisional(const sip::Message& response) {
  if (state_ != State::proceeding && state_ != State::ending) return;
  const bool first = !std::exchange(provisional_came_, true);
  if (state_ == State::ending) {
    if (first && cancel_wanted_) send_cancel();
    return;
  }
  if (response.status() == 100) return;
  take_early_dialog(response);
  if (response.has_token<sip::Require>("100rel")) return on_reliable(response);
  if (user_) user_->on_provisional(response);
}

/// Early dialogs: the latest one is the one in-dialog requests go to until a 2xx decides.
void InviteSession::take_early_dialog(const sip::Message& response) {
  const auto to = response.get<sip::To>();
  const auto tag = to ? to->params.text_of("tag") : std::string{};
  if (tag.empty()) return;
  if (auto* known = fork(tag)) {
    known->on_response(response, sip::Method::invite);
    if (known != &*dialog_) std::swap(*known, *dialog_);
    return;
  }
  auto dialog = sip::Dialog::as_uac(invite_, response);
  if (!dialog) return;
  if (dialog_) {
    if (!forks_) forks_ = std::make_unique<std::vector<sip::Dialog>>();
    if (forks_->size() >= sip::ReliableReceiver::dialogs_max) return;
    forks_->push_back(std::move(*dialog_));
  }
  dialog_ = std::move(*dialog);
}

sip::Dialog* InviteSession::fork(std::string_view remote_tag) {
  if (dialog_ && dialog_->id().remote_tag == remote_tag) return &*dialog_;
  if (!forks_) return nullptr;
  const auto found = std::ranges::find_if(*forks_, [&](const auto& other) { return other.id().remote_tag == remote_tag; });
  return found == forks_->end() ? nullptr : &*found;
}

void InviteSession::on_success(const sip::Message& response) {
  const auto to = response.get<sip::To>();
  const auto tag = to ? to->params.text_of("tag") : std::string{};
  const bool repeated = state_ == State::answered || (state_ != State::proceeding && !remote_tag_.empty());
  if (repeated && tag != remote_tag_) return on_forked_success(response);
  if (repeated) {
    if (!last_ack_.empty()) endpoint_.repeat(ack_flow_, last_ack_);
    return;
  }
  auto dialog = sip::Dialog::as_uac(invite_, response);
  if (!dialog) return end({Ending::How::rejected, 502, {}, {}});  // a 2xx without Contact: there is no way to ACK it
  if (const auto* early = fork(tag)) dialog->take_over(*early);
  dialog_ = std::move(*dialog);
  forks_.reset();
  remote_tag_ = tag;
  const auto cseq = invite_.get<sip::CSeq>();
  change_cseq_ = cseq ? cseq->number : 1;

  if (state_ == State::ending) {  // it crossed our CANCEL: RFC 3261 section 9.1
    give_up_timer_.stop();
    send_ack(change_cseq_, {});
    return send_bye(*dialog_, cancel_reason_, this);
  }
  state_ = State::answered;
  if (credentials_) credentials_->responder->on_success();
  if (has_offer_ || (reliability_ && reliability_->settled)) send_ack(change_cseq_, {});
  if (policy_.timer.enabled) on_timer_terms(response);
  if (user_) user_->on_answered(response);
}

void InviteSession::on_forked_success(const sip::Message& response) {
  // Another branch answered too (section 13.2.2.4): we take one call only.
  auto other = sip::Dialog::as_uac(invite_, response);
  if (!other) return;
  const auto cseq = invite_.get<sip::CSeq>();
  endpoint_.resolve_in(*other, flow_, beyond_proxies_, [&endpoint = endpoint_, ack = other->ack(cseq ? cseq->number : 1)](
                                                           const std::vector<Flow>& ways) { endpoint.send_ack(ack, ways.front()); });
  send_bye(*other, {}, nullptr);
}

void InviteSession::send_ack(std::uint32_t cseq, const Extra& extra) {
  auto ack = dialog_->ack(cseq);
  // Section 13.2.2.4: all the credentials of the INVITE, one for each proxy that asked.
  const auto& invite = acknowledged(cseq);
  ack.copy<sip::Authorization>(invite);
  ack.copy<sip::ProxyAuthorization>(invite);
  if (!extra.content_type.empty()) ack.set_body(extra.content_type, extra.body);
  last_ack_.clear();
  endpoint_.cancel_resolution(ack_ticket_);
  ack_ticket_ = endpoint_.resolve_in(*dialog_, flow_, beyond_proxies_, [this, ack = std::move(ack)](std::vector<Flow> ways) {
    ack_ticket_ = Resolver::no_ticket;
    ack_flow_ = std::move(ways.front());
    last_ack_ = endpoint_.send_ack(ack, ack_flow_);
  });
}

void InviteSession::acknowledge(const Extra& extra) {
  if (state_ == State::answered && last_ack_.empty()) send_ack(change_cseq_, extra);
}

void InviteSession::send_again(std::vector<Flow> others) {
  const auto cseq = invite_.get<sip::CSeq>();
  invite_.set("CSeq", std::to_string((cseq ? cseq->number : 1) + 1) + " INVITE");
  provisional_came_ = false;
  dialog_.reset();
  forks_.reset();
  invite_out_ = endpoint_.send_request(invite_, flow_, this, std::move(others));
}

void InviteSession::send_cancel() {
  endpoint_.cancel(invite_out_, cancel_reason_);
  // Section 9.1: no final answer within 64*T1 means there will be none.
  give_up_timer_.start(endpoint_.shard().timers(),
                       endpoint_.shard().now() + endpoint_.point(flow_.point).timing.t1x64);
}

}  // namespace endpoint
