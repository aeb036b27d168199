#include "sip/registration.h"

#include <algorithm>

namespace sip {

namespace {

using namespace std::chrono_literals;

std::chrono::seconds whole_seconds(base::Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration); }

}  // namespace

std::string_view name(Registration::State state) {
  constexpr std::string_view names[]{"NOREG", "UNREGED", "TRYING", "REGED", "UNREGISTER", "FAILED", "FAIL_WAIT"};
  return names[static_cast<std::size_t>(state)];
}

base::Duration refresh_after(base::Duration granted) {
  const base::Duration early = std::clamp<base::Duration>(granted / 10, 5s, 60s);
  return std::max(granted - early, std::max(granted / 2, Registration::refresh_min));
}

Registration::Registration(const Options& options, base::Time now)
    : options_{options}, state_{options.registers ? State::unreged : State::noreg}, expires_{options.expires} {
  if (options_.registers) deadline_ = now;
}

void Registration::send(std::chrono::seconds expires) {
  state_ = expires.count() == 0 ? State::unregister : State::trying;
  deadline_ = base::never;
  outbox_.put(Send{expires});
}

void Registration::start(base::Time) { send(whole_seconds(expires_)); }

void Registration::unregister(base::Time now) {
  deadline_ = base::never;
  if (state_ == State::noreg) return;
  const bool known = registered(now) || state_ == State::trying;
  if (known) send(0s);
  else state_ = State::unreged;
}

void Registration::on_time(base::Time now) {
  if (now < deadline_) return;
  if (state_ == State::failed) {
    state_ = State::fail_wait;
    deadline_ = retry_at_;
    if (now < deadline_) return;
  }
  start(now);
}

void Registration::on_reply(const Reply& reply, base::Time now) {
  if (state_ == State::unregister) {
    if (reply.answerable) return outbox_.put(Send{0s});
    state_ = State::unreged;
    valid_until_ = {};
    return;
  }
  if (state_ != State::trying) return;
  if (reply.status >= 200 && reply.status < 300) return accept(reply, now);
  if (reply.answerable) return send(whole_seconds(expires_));
  // Section 10.2.8: once more with what it wants; a registrar that keeps asking for more has failed.
  constexpr int interval_too_brief = 423;
  if (reply.status == interval_too_brief && reply.min_expires && *reply.min_expires > whole_seconds(expires_)) {
    expires_ = *reply.min_expires;
    return send(whole_seconds(expires_));
  }
  fail(reply, now);
}

void Registration::accept(const Reply& reply, base::Time now) {
  const base::Duration granted = reply.granted.value_or(whole_seconds(expires_));
  if (granted <= base::Duration{0}) return fail(reply, now);  // accepted, and not there
  state_ = State::reged;
  failures_ = 0;
  valid_until_ = now + granted;
  deadline_ = now + refresh_after(granted);
}

void Registration::fail(const Reply& reply, base::Time now) {
  state_ = State::failed;
  base::Duration pause = options_.retry * std::min(1 << std::min(failures_, 16), backoff_max);
  ++failures_;
  if (reply.retry_after) pause = std::max<base::Duration>(pause, *reply.retry_after);
  retry_at_ = now + std::min(pause, pause_max);
  deadline_ = now + std::min(failed_shown, std::min(pause, pause_max));
}

}  // namespace sip
