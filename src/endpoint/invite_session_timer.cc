// endpoint/invite_session_timer.cc - a session's timer: who refreshes, how, and what happens when nobody does. RFC 4028.
#include "endpoint/invite_session_parts.h"
#include "sip/header/allow.h"
#include "sip/header/min_se.h"

namespace endpoint {

bool InviteSession::refuses(SipEndpoint& endpoint, TransactionId id, const sip::Message& invite,
                            const SessionPolicy& policy) {
  if (!sip::session_interval_too_small(invite, policy.timer)) return false;
  auto response = sip::Message::response(invite, 422, {}, endpoint.new_tag());
  response.append(sip::MinSe::of(std::max(policy.timer.minimum, sip::session_expires_least)));
  endpoint.respond(id, response);
  return true;
}

/// A 2xx of ours.
void InviteSession::agree_on_timer(sip::Message& success, const sip::Message& request) {
  const auto terms = sip::accept_session_interval(request, policy_.timer);
  if (!terms) {
    if (clock_) clock_->machine.stop();
    return;
  }
  sip::put_session_terms(success, *terms);
  peer_takes_update_ |= request.has_token<sip::Allow>("UPDATE");
  run_timer(*terms, false);
}

/// A 2xx of the peer.
void InviteSession::on_timer_terms(const sip::Message& success) {
  const auto terms = policy_.timer.enabled ? sip::session_terms_of(success) : std::nullopt;
  if (!terms) {
    if (clock_) clock_->machine.stop();
    return;
  }
  peer_takes_update_ |= success.has_token<sip::Allow>("UPDATE");
  run_timer(*terms, true);
}

void InviteSession::run_timer(const sip::SessionTerms& terms, bool we_asked) {
  if (!clock_)
    clock_ = std::make_unique<SessionClock>([this] {
      clock_->machine.on_time(endpoint_.shard().now());
      drain_session_timer();
    });
  const bool asker_refreshes = terms.refresher == sip::SessionExpires::Refresher::uac;
  clock_->machine.begin(terms.interval, asker_refreshes == we_asked, endpoint_.shard().now());
  drain_session_timer();
}

void InviteSession::drain_session_timer() {
  while (const auto output = clock_->machine.poll()) {
    if (state_ != State::answered) return;
    if (*output == sip::SessionTimer::Output::expire) return expire();
    refresh();
  }
  clock_->timer.start(endpoint_.shard().timers(), clock_->machine.deadline());
}

/// Every change refreshes too; who refreshes stays as it was.
void InviteSession::ask_for_refresh(sip::Message& request) const {
  if (!clock_ || clock_->machine.deadline() == base::never) return;
  using Refresher = sip::SessionExpires::Refresher;
  const auto interval = std::max(clock_->machine.interval(), policy_.timer.minimum);
  request.append(sip::SessionExpires{interval, clock_->machine.we_refresh() ? Refresher::uac : Refresher::uas});
  request.append(sip::MinSe::of(std::max(policy_.timer.minimum, sip::session_expires_least)));
  request.add("Supported", "timer");
}

void InviteSession::refresh() {
  if (!may_change()) return clock_->machine.on_refresh_refused(endpoint_.shard().now());
  refreshing_ = true;
  if (peer_takes_update_) return send_change(sip::Method::update, {});
  send_change(sip::Method::invite, user_ ? user_->on_refresh() : Extra{});
}

void InviteSession::expire() {
  give_up({Ending::How::expired, 408, {}, {}}, "SIP;cause=408;text=\"Session timer expired\"");
}

}  // namespace endpoint
