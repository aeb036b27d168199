#include "call/leg.h"

#include "call/switch.h"

namespace call {

namespace {

const base::metrics::Gauge legs_alive{"ahoy_legs", "Call legs alive"};
const base::metrics::Counter legs_total{"ahoy_legs_total", "Call legs since the start"};

}  // namespace

std::string_view name(Progress progress) {
  switch (progress) {
    case Progress::down: return "DOWN";
    case Progress::ringing: return "RINGING";
    case Progress::early: return "EARLY";
    case Progress::active: return "ACTIVE";
    case Progress::hungup: return "HANGUP";
  }
  return "DOWN";
}

LegHold::~LegHold() {
  if (leg_ && --leg_->holds_ == 0) leg_->owner().reap_later(leg_->uuid());
}

Leg::Leg(Switch& owner, const Profile& profile, Direction direction, std::string uuid, const base::Ip& peer)
    : owner_{owner}, sip_profile_{profile}, direction_{direction}, uuid_{std::move(uuid)}, call_uuid_{uuid_},
      sleeper_{owner.shard()},
      media_{new Media{owner.shard(), owner.ports(), profile.media_for(peer), *this}} {
  caller_.uuid = uuid_;
  caller_.created_time = caller_.profile_created_time = wall_now();
  legs_alive.add();
  legs_total.add();
}

Leg::~Leg() {
  task_.reset();
  legs_alive.remove();
}

io::Shard& Leg::shard() { return owner_.shard(); }

WallTime Leg::wall_now() const { return WallTime{owner_.shard().wall_clock()}; }

void Leg::set_progress(Progress progress) {
  if (progress_ == progress) return;
  progress_ = progress;
  owner_.tell([this](Observer& observer) { observer.on_progress(*this); });
}

base::Task<Wake> Leg::pause(base::Duration duration, std::string_view terminators, char* terminator) {
  const base::Time end = shard().now() + duration;
  for (;;) {
    if (!terminators.empty())
      while (const auto digit = digits_.take()) {
        if (terminators != "any" && terminators.find(digit->digit) == std::string_view::npos) continue;
        if (terminator) *terminator = digit->digit;
        co_return Wake::notified;
      }
    const Wake wake = co_await wait_until(end);
    if (wake == Wake::hangup || wake == Wake::interrupted) co_return wake;
    if (shard().now() >= end) co_return Wake::time;
  }
}

void Leg::transfer(Target target) {
  transfer_ = std::move(target);
  sleeper_.interrupt();
}

std::optional<Leg::Target> Leg::take_transfer() {
  sleeper_.take_interruption();
  return std::exchange(transfer_, std::nullopt);
}

void Leg::run(base::Task<void> task) {
  task_ = live(std::move(task));
  // From the queue: whoever called us has not finished with the leg yet.
  shard().post(shard().id(), [this, alive = owner_.alive_, uuid = uuid_] {
    if (*alive && owner_.find(uuid) == this) task_.start();
  });
}

base::Task<void> Leg::live(base::Task<void> life) {
  co_await life;
  owner_.reap_later(uuid_);
}

void Leg::receive_digit(char digit, std::chrono::milliseconds duration) {
  owner_.tell([&](Observer& observer) { observer.on_digit(*this, digit); });
  if (digits_dialed_.size() < Digits::queued_max) digits_dialed_ += digit;
  if (digit_listener_) return digit_listener_(digit, duration);
  digits_.put(digit, duration);
  changed();
}

MediaFigures Leg::media_figures() const { return media_->figures(); }

void Leg::hang_up(Cause cause) {
  if (hung_up()) return;
  if (session_) {
    const bool caller = direction_ == Direction::inbound;
    variables_.set("sip_hangup_disposition", answered() ? "send_bye" : caller ? "send_refuse" : "send_cancel");
    const bool far_status = caller && !answered() && last_failure_status_ != 0 && !variables_.is_true("sip_ignore_remote_cause");
    session_->hang_up(far_status ? last_failure_status_ : sip_status(cause), {}, told_reason(cause));
  }
  end(cause, HangupBy::us);
}

// What the far side of the call gave as its reason goes on as it is.
std::string Leg::told_reason(Cause cause) const {
  if (variables_.is_true("disable_q850_reason")) return {};
  const auto passed_on = variables_.get("sip_reason");
  return passed_on.empty() ? reason_header(cause) : std::string{passed_on};
}

void Leg::end(Cause cause, HangupBy by) {
  if (hung_up()) return;
  cause_ = cause;
  hangup_by_ = by;
  caller_.hungup_time = wall_now();
  variables_.set("digits_dialed", digits_dialed_.empty() ? "none" : digits_dialed_);
  variables_.set("hangup_cause", name(cause));
  variables_.set("hangup_cause_q850", std::to_string(number(cause)));
  if (session_) {
    owner_.remove_dialog(*this);
    owner_.endpoint().linger(std::move(session_));
  }
  media_->close();
  set_progress(Progress::hungup);
  sleeper_.hang_up();
  owner_.tell([this](Observer& observer) { observer.on_hangup(*this); });
  if (watcher_) watcher_->notify();
  owner_.reap_later(uuid_);
}

}  // namespace call
