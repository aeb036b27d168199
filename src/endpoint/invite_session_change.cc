// endpoint/invite_session_change.cc - changing a session: re-INVITE and UPDATE both ways, and what happens when two meet.
#include "endpoint/invite_session_parts.h"
#include "sip/status.h"

namespace endpoint {

namespace {

/// How often a change that waits for another one looks whether it may go.
constexpr base::Duration look_again = std::chrono::milliseconds{200};

/// RFC 3261 section 14.1: in units of 10 ms, 2.1 to 4 s for who made the Call-ID, 0 to 2 s for the other.
base::Duration glare_wait(bool owner, base::Random& random) {
  constexpr std::uint64_t owner_least = 210, owner_span = 191, other_span = 201;
  const auto units = owner ? owner_least + random.below(owner_span) : random.below(other_span);
  return std::chrono::milliseconds{10} * units;
}

}  // namespace

// --- ours ------------------------------------------------------------------------------------------------------------

bool InviteSession::may_change() const {
  const bool acknowledged = !outgoing_ || !last_ack_.empty();
  return state_ == State::answered && !answer_waits() && acknowledged && !change_in_ && !changing_ &&
         !success_timer_.running();
}

bool InviteSession::change(const Extra& extra) {
  if (!may_change()) return false;
  send_change(sip::Method::invite, extra);
  return true;
}

bool InviteSession::update(const Extra& extra) {
  const bool early = state_ == State::proceeding && dialog_ && reliability_ && reliability_->settled && !change_in_ && !changing_;
  if (!peer_takes_update_ || !(early || may_change())) return false;
  send_change(sip::Method::update, extra);
  return true;
}

void InviteSession::send_change(sip::Method method, const Extra& extra) {
  auto request = dialog_->request(method);
  change_method_ = method;
  change_cseq_ = dialog_->local_cseq();
  for (const auto& [name, value] : extra.headers) request.add(name, value);
  ask_for_refresh(request);
  if (!extra.content_type.empty()) request.set_body(extra.content_type, extra.body);
  if (change_out_ != no_transaction) {
    endpoint_.forget(change_out_);
    forget_asked(change_out_);
  }
  changing_ = true;
  change_out_ = send_in_dialog(std::move(request), this);
}

void InviteSession::on_change_response(const sip::Message& response) {
  if (sip::is_provisional(response.status())) return;
  if (!std::exchange(changing_, false)) {  // a repeated 2xx: our ACK was lost
    if (change_method_ == sip::Method::invite && !last_ack_.empty()) endpoint_.repeat(ack_flow_, last_ack_);
    return;
  }
  if (!sip::is_success(response.status())) return on_change_failed(response.status(), &response);
  if (later_change_) later_change_->glares = 0;
  dialog_->on_response(response, change_method_);
  if (change_method_ == sip::Method::invite) send_ack(change_cseq_, {});
  on_timer_terms(response);
  if (!std::exchange(refreshing_, false) && user_) user_->on_change_result(response.status(), &response);
}

/// `status` 0: no answer came.
void InviteSession::on_change_failed(int status, const sip::Message* response) {
  const bool refresh = std::exchange(refreshing_, false);
  if (status == 422 && response) sip::heed_min_se(*response, policy_.timer);
  if (status == 491 && !refresh && user_ && (!later_change_ || later_change_->glares < glares_max)) {
    change_later(glare_wait(outgoing_, endpoint_.shard().random()));
    ++later_change_->glares;
    later_change_->method = change_method_;
    return;
  }
  if (user_ && !refresh) user_->on_change_result(status, response);
  // RFC 3261 section 12.2.1.2: these say that the dialog is gone.
  if (state_ != State::answered) return;
  if (status == 481) return end({Ending::How::rejected, status, {}, {}});
  if (status == 408 || status == 0) return give_up({Ending::How::timeout, 408, {}, {}}, {});
  if (!refresh) return;
  clock_->machine.on_refresh_refused(endpoint_.shard().now());
  drain_session_timer();
}

void InviteSession::offer_soon() {
  if (state_ == State::ending || state_ == State::over) return;
  change_later({});
  later_change_->method = sip::Method::invite;
}

void InviteSession::change_later(base::Duration wait) {
  if (!later_change_) later_change_ = std::make_unique<LaterChange>([this] { on_change_time(); });
  later_change_->timer.start(endpoint_.shard().timers(), endpoint_.shard().now() + wait);
}

void InviteSession::on_change_time() {
  if (!user_ || state_ == State::ending || state_ == State::over) return;
  const bool early = state_ == State::proceeding;
  if (!early && !may_change()) return change_later(look_again);
  auto extra = user_->on_change_due();
  if (!extra) return user_->on_change_result(491, nullptr);
  const bool sent = later_change_->method == sip::Method::invite ? change(*extra) : update(*extra);
  if (!sent && user_) user_->on_change_result(491, nullptr);
}

// --- the peer's ------------------------------------------------------------------------------------------------------

// Section 14.2 and RFC 3311 section 5.2: one change at a time.
void InviteSession::on_offer(TransactionId id, sip::Message request) {
  if (!user_ || state_ == State::ending || state_ == State::over) return endpoint_.respond(id, request, 481);
  if (refuses(endpoint_, id, request, policy_)) return;
  switch (too_early_for(request)) {
    case 491: return endpoint_.respond(id, request, 491);
    case 500: return hold_off(id, request);
    default: break;
  }
  take_change(id, std::move(request));
}

/// 491: an offer of ours is under way. 500: one of theirs is. 0: go on.
int InviteSession::too_early_for(const sip::Message& request) const {
  const bool invite = request.method() == sip::Method::invite;
  const bool offers = invite || request.has_body();
  if (offers && changing_) return 491;
  if (change_in_) return 500;
  if (!offers) return 0;
  if (success_timer_.running() || answer_waits()) return 500;
  if (state_ != State::proceeding) return 0;
  if (invite) return outgoing_ ? 491 : 500;
  if (reliability_ && reliability_->settled) return 0;
  return outgoing_ == has_offer_ ? 491 : 500;
}

void InviteSession::hold_off(TransactionId id, const sip::Message& request) {
  constexpr std::uint64_t retry_after_max = 10;  // seconds
  auto response = response_to(request, 500, {}, {});
  response.add("Retry-After", std::to_string(endpoint_.shard().random().below(retry_after_max)));
  endpoint_.respond(id, response);
}

/// The user may answer at once and still read what it was asked, so the request outlives change_in_.
void InviteSession::take_change(TransactionId id, sip::Message request) {
  const auto change = std::make_shared<const Change>(id, std::move(request));
  change_in_ = change;
  user_->on_change(change->request);
}

void InviteSession::accept_change(const Extra& extra) {
  if (!change_in_) return;
  const auto change = std::exchange(change_in_, nullptr);
  auto response = response_to(change->request, 200, {}, extra);
  if (change->request.method() != sip::Method::prack) agree_on_timer(response, change->request);
  if (change->request.method() == sip::Method::invite) return repeat_until_acknowledged(change->id, response);
  endpoint_.respond(change->id, response);
}

void InviteSession::refuse_change(int status, std::string_view reason) {
  if (!change_in_) return;
  const auto change = std::exchange(change_in_, nullptr);
  endpoint_.respond(change->id, response_to(change->request, status, reason, {}));
}

}  // namespace endpoint
