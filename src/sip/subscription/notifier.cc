#include "sip/subscription/notifier.h"

#include <algorithm>

namespace sip {

namespace {

std::chrono::seconds whole_seconds(base::Duration duration) {
  return std::max(std::chrono::seconds{0}, std::chrono::ceil<std::chrono::seconds>(duration));
}

}  // namespace

std::string DueNotify::value() const {
  using State = SubscriptionPhase;
  std::string text = state == State::pending ? "pending" : state == State::active ? "active" : "terminated";
  if (state != State::terminated) return text + ";expires=" + std::to_string(expires.count());
  if (!reason.empty()) text.append(";reason=").append(reason);
  if (retry_after) text += ";retry-after=" + std::to_string(retry_after->count());
  return text;
}

Notifier::Answer Notifier::on_subscribe(std::optional<std::chrono::seconds> wanted, base::Time now) {
  if (state_ == State::terminated) return {481, {}};
  auto granted = std::min(wanted.value_or(limits_.expires_default), limits_.expires_max);
  if (granted.count() != 0 && granted < limits_.expires_min) return {423, limits_.expires_min};
  if (granted.count() == 0) {
    end("timeout", std::nullopt, now);
    return {200, granted};
  }
  expires_ = now + granted;
  timers_.arm(Timer::expiry, expires_);
  want(now, true);
  return {200, granted};
}

void Notifier::resume(std::chrono::seconds left, base::Time now) {
  expires_ = now + left;
  timers_.arm(Timer::expiry, expires_);
  want(now, true);
}

void Notifier::on_change(base::Time now) {
  if (state_ != State::terminated) want(now, false);
}

void Notifier::activate(base::Time now) {
  if (state_ != State::pending) return;
  state_ = State::active;
  want(now, true);
}

void Notifier::end(std::string_view reason, std::optional<std::chrono::seconds> retry_after, base::Time now) {
  if (state_ == State::terminated) return;
  state_ = State::terminated;
  reason_ = reason;
  retry_after_ = retry_after;
  timers_.stop(Timer::expiry);
  want(now, true);
}

void Notifier::want(base::Time now, bool at_once) {
  wanted_ = true;
  urgent_ |= at_once;
  if (under_way_) return;
  const bool early = last_sent_ != base::Time::min() && now < last_sent_ + limits_.notify_gap;
  if (urgent_ || !early) return send(now);
  timers_.arm(Timer::gap, last_sent_ + limits_.notify_gap);
}

void Notifier::send(base::Time now) {
  timers_.stop(Timer::gap);
  wanted_ = urgent_ = false;
  under_way_ = true;
  last_sent_ = now;
  const bool final = state_ == State::terminated;
  outbox_.put(Notify{state_, final ? std::chrono::seconds{0} : whole_seconds(expires_ - now), final ? reason_ : std::string_view{},
                     final ? retry_after_ : std::nullopt});
}

void Notifier::on_answer(int status, std::optional<std::chrono::seconds> retry_after, base::Time now) {
  if (!std::exchange(under_way_, false) || over_) return;
  const bool accepted = status / 100 == 2;
  if (!accepted && retry_after && status != 481 && state_ != State::terminated) {
    wanted_ = true;
    timers_.arm(Timer::gap, now + *retry_after);
    return;
  }
  if (!accepted || (state_ == State::terminated && !wanted_)) return finish();
  if (wanted_) want(now, false);
}

void Notifier::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    if (*due == Timer::expiry) end("timeout", std::nullopt, now);
    else if (wanted_ && !under_way_) send(now);
  }
}

void Notifier::finish() {
  state_ = State::terminated;
  over_ = true;
  timers_.stop_all();
  outbox_.put(Ended{});
}

}  // namespace sip
