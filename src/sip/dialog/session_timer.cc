#include "sip/dialog/session_timer.h"

#include <algorithm>

#include "sip/header/min_se.h"
#include "sip/header/require.h"
#include "sip/header/supported.h"

namespace sip {

namespace {

bool knows_timers(const Message& request) {
  return request.has_token<Supported>("timer") || request.has_token<Require>("timer");
}

std::chrono::seconds min_se_of(const Message& message) {
  const auto minimum = message.get<MinSe>();
  return minimum ? std::max(minimum->interval, session_expires_least) : session_expires_least;
}

}  // namespace

bool session_interval_too_small(const Message& request, const SessionTimerPolicy& policy) {
  if (!policy.enabled || !request.has<SessionExpires>() || !knows_timers(request)) return false;
  const auto wanted = request.get<SessionExpires>();
  return wanted && wanted->interval < std::max(policy.minimum, session_expires_least);
}

std::optional<SessionTerms> accept_session_interval(const Message& request, const SessionTimerPolicy& policy) {
  if (!policy.enabled) return std::nullopt;
  const auto wanted = request.get<SessionExpires>();
  const bool peer_knows = knows_timers(request);
  // A peer that neither knows timers nor had one put into its request is left in peace.
  if (!peer_knows && !wanted) return std::nullopt;
  const auto least = std::max(min_se_of(request), policy.minimum);
  SessionTerms terms;
  terms.interval = std::max(policy.interval, least);
  if (wanted) terms.interval = std::max(std::min(wanted->interval, terms.interval), least);
  // Table 2: only who knows timers can be asked to refresh.
  if (!peer_knows) terms.refresher = SessionExpires::Refresher::uas;
  else if (wanted) terms.refresher = wanted->refresher.value_or(SessionExpires::Refresher::uac);
  return terms;
}

void put_session_terms(Message& success, const SessionTerms& terms) {
  success.append(SessionExpires{terms.interval, terms.refresher});
  if (terms.refresher == SessionExpires::Refresher::uac) success.add("Require", "timer");
}

std::optional<SessionTerms> session_terms_of(const Message& success) {
  const auto given = success.get<SessionExpires>();
  if (!given || given->interval <= std::chrono::seconds{0}) return std::nullopt;
  return SessionTerms{given->interval, given->refresher.value_or(SessionExpires::Refresher::uac)};
}

void ask_for_session_timer(Message& request, const SessionTimerPolicy& policy) {
  const auto minimum = std::max(policy.minimum, session_expires_least);
  request.append(SessionExpires{std::max(policy.interval, minimum), {}});
  request.append(MinSe::of(minimum));
}

bool heed_min_se(const Message& refusal, SessionTimerPolicy& policy) {
  const auto demanded = refusal.get<MinSe>();
  if (!demanded || demanded->interval <= std::max(policy.minimum, session_expires_least)) return false;
  policy.minimum = demanded->interval;
  policy.interval = std::max(policy.interval, policy.minimum);
  return true;
}

void SessionTimer::begin(std::chrono::seconds interval, bool we_refresh, base::Time now) {
  interval_ = interval;
  we_refresh_ = we_refresh;
  expires_ = now + interval;
  const base::Duration early = std::min<base::Duration>(margin, base::Duration{interval} / 3);
  timers_.stop_all();
  timers_.arm(Timer::expire, expires_ - early);
  if (we_refresh) timers_.arm(Timer::refresh, now + base::Duration{interval} / 2);
}

void SessionTimer::on_refresh_refused(base::Time now) {
  if (!we_refresh_ || timers_.next() == base::never) return;
  timers_.arm(Timer::refresh, now + std::max<base::Duration>(retry_least, (expires_ - now) / 2));
}

void SessionTimer::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    if (*due == Timer::refresh) {
      outbox_.put(Output::refresh);
      continue;
    }
    timers_.stop_all();
    outbox_.put(Output::expire);
  }
}

}  // namespace sip
