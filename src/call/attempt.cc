#include "call/attempt.h"

#include <algorithm>

#include "call/outbound.h"
#include "call/ringback.h"
#include "call/switch.h"

namespace call {

namespace {

/// originate_retries without a retry timeout; the pause between two.
constexpr long retries_max = 100;
constexpr long retry_sleep_default_ms = 1'000, retry_sleep_min_ms = 500, retry_sleep_max_ms = 60'000;
constexpr long start_delay_max_ms = 60'000;

Variables merged(const Variables& under, const Variables& over) {
  Variables all = under;
  over.for_each([&](std::string_view name, std::string_view value) { all.set(name, value); });
  return all;
}

Variables exported_by(const Leg* caller) {
  Variables all;
  if (caller)
    for (const auto& [name, value] : exported(caller->variables())) all.set(name, value);
  return all;
}

/// 500 ms or less is taken for a mistake, as in FreeSWITCH.
base::Duration retry_sleep(long wanted_ms) {
  const long ms = wanted_ms > retry_sleep_min_ms ? std::min(wanted_ms, retry_sleep_max_ms) : retry_sleep_default_ms;
  return std::chrono::milliseconds{ms};
}

/// Points at a race for as long as it lives.
class RacePointer {
 public:
  RacePointer(Race*& at, Race& race) : at_{at} { at_ = &race; }
  RacePointer(const RacePointer&) = delete;
  RacePointer& operator=(const RacePointer&) = delete;
  ~RacePointer() { at_ = nullptr; }

 private:
  Race*& at_;
};

}  // namespace

Attempt::Attempt(const Setting& setting, const DialString& string, const DialGroup& group)
    : setting_{setting}, string_{string}, group_{group} {}

base::Time Attempt::now() const { return setting_.owner.shard().now(); }

std::string_view Attempt::variable(std::string_view name) const {
  for (const auto* scope : {&group_.variables, &string_.variables})
    if (const auto value = scope->get(name); !value.empty()) return value;
  return caller() ? caller()->variable(name) : std::string_view{};
}

std::optional<long> Attempt::number(std::string_view name) const { return base::to_number<long>(base::trim(variable(name))); }

base::Duration Attempt::time_limit() const {
  std::optional<long> seconds = group_.variables.number("originate_timeout");
  if (!seconds) seconds = string_.variables.number("originate_timeout");
  if (!seconds && caller()) seconds = caller()->variables().number("call_timeout");
  if (!seconds && caller()) seconds = caller()->variables().number("originate_timeout");
  if (seconds && *seconds > 0) return std::chrono::seconds{*seconds};
  return setting_.options.timeout;
}

std::deque<Attempt::Step> Attempt::steps_of(const DialString& string, const Variables& inherited, const Variables& exported) {
  std::deque<Step> steps;
  for (const auto& group : string.groups)
    for (const auto& alternative : group.alternatives) {
      Step step;
      step.inherited = inherited;
      for (auto leg : alternative.legs) {
        leg.variables = leg_variables(string, group, leg, exported);
        step.legs.push_back(std::move(leg));
      }
      steps.push_back(std::move(step));
    }
  return steps;
}

std::deque<Attempt::Step> Attempt::first_steps() const {
  DialString alone;
  alone.variables = string_.variables;
  alone.groups.push_back(group_);
  return steps_of(alone, {}, exported_by(caller()));
}

base::Task<Originated> Attempt::run() {
  if (const auto delay = number("originate_delay_start"); delay && *delay > 0)
    if (!co_await sleep_until(now() + std::chrono::milliseconds{std::min(*delay, start_delay_max_ms)}))
      co_return Originated{{}, Cause::originator_cancel, 0};
  const long tries = std::clamp(number("originate_retries").value_or(1), 1L, retries_max);
  const auto pause = retry_sleep(number("originate_retry_sleep_ms").value_or(retry_sleep_default_ms));
  const long retry_seconds = number("originate_retry_timeout").value_or(0);
  const base::Time retry_until = retry_seconds > 0 ? now() + std::chrono::seconds{retry_seconds} : base::never;
  Originated result;
  for (long i = 0; i < tries; ++i) {
    result = co_await run_once();
    if (result.leg || stopped_ || i + 1 == tries || now() + pause >= retry_until) break;
    if (!co_await sleep_until(now() + pause)) {
      result.cause = Cause::originator_cancel;
      break;
    }
  }
  co_return result;
}

base::Task<Originated> Attempt::run_once() {
  limit_ = now() + time_limit();
  const long progress_seconds = number("progress_timeout").value_or(0);
  progress_limit_ = progress_seconds > 0 ? now() + std::chrono::seconds{progress_seconds} : base::never;
  steps_ = first_steps();
  Originated result;
  while (!steps_.empty()) {
    Step step = std::move(steps_.front());
    steps_.pop_front();
    auto plans = co_await plan(std::move(step));
    if (plans.empty()) continue;
    result = co_await race(std::move(plans));
    if (result.leg || stopped_) break;
  }
  co_return result;
}

/// False: whoever waits for the attempt is gone.
base::Task<bool> Attempt::sleep_until(base::Time at) {
  while (now() < at) {
    const Wake wake = co_await setting_.sleeper.until(at);
    if (wake == Wake::hangup || wake == Wake::interrupted) {
      stopped_ = true;
      co_return false;
    }
  }
  co_return true;
}

base::Task<std::vector<Race::Plan>> Attempt::plan(Step step) {
  std::vector<Race::Plan> plans;
  for (auto& leg : step.legs) {
    const Variables variables = merged(step.inherited, leg.variables);
    Race::Plan failed;
    failed.variables = variables;
    failed.fault = leg.fault;
    const auto* endpoint = DialEndpoint::find(leg.endpoint);
    if (failed.fault == Cause::none && !endpoint) failed.fault = Cause::chan_not_implemented;
    if (failed.fault != Cause::none) {
      plans.push_back(std::move(failed));
      continue;
    }
    DialRequest request{setting_.owner, caller(), leg.rest, variables};
    auto outcome = co_await endpoint->resolve(request);
    if (outcome.failure == Cause::none && !outcome.nested.empty())
      outcome = co_await nest(std::move(outcome), variables, plans);
    if (outcome.failure != Cause::none) {
      failed.fault = outcome.failure;
      failed.status = outcome.status;
      plans.push_back(std::move(failed));
    }
    for (auto& target : outcome.targets) {
      if (!target.to_phone && !setting_.owner.may_spend(payer_of(caller()), target.destination, caller())) {
        Race::Plan stopped;
        stopped.variables = variables;
        stopped.fault = Cause::outgoing_call_barred;
        plans.push_back(std::move(stopped));
        continue;
      }
      Race::Plan ready;
      ready.variables = merged(outcome.variables, variables);
      ready.target = std::move(target);
      plans.push_back(std::move(ready));
    }
    if (plans.size() > race_legs_max) plans.resize(race_legs_max);
  }
  co_return plans;
}

/// A dial string in place of a leg (user/): its first alternative joins this race, the others are tried next.
base::Task<DialOutcome> Attempt::nest(DialOutcome outer, const Variables& variables, std::vector<Race::Plan>& plans) {
  auto parsed = parse_dial_string(outer.nested);
  if (!parsed) co_return DialOutcome::failed(parsed.error());
  if (++nesting_ > dial_nesting_max) co_return DialOutcome::failed(Cause::exchange_routing_error);
  const Variables nothing;
  auto steps = steps_of(*parsed, merged(outer.variables, variables), nothing);
  Step first = std::move(steps.front());
  steps.pop_front();
  auto inner = co_await plan(std::move(first));
  --nesting_;
  for (auto& one : inner) plans.push_back(std::move(one));
  steps_.insert(steps_.begin(), std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
  DialOutcome joined;
  co_return joined;
}

base::Task<Originated> Attempt::race(std::vector<Race::Plan> plans) {
  told_ = born_ = 0;
  Race race{setting_.owner, caller(), setting_.tells_caller, setting_.sleeper, std::move(plans),
            setting_.options.caller_id_name, setting_.options.caller_id_number};
  const RacePointer present{race_, race};
  Ringback ringback{setting_.tells_caller ? caller() : nullptr};
  for (;;) {
    const auto state = race.advance(now());
    remember(race);
    if (race.ringing()) ringback.ringing();
    if (state == Race::State::won) co_return Originated{race.take_winner(), Cause::success, 0};
    if (state == Race::State::lost) co_return Originated{{}, race.cause(), race.status()};
    if (limit_ <= now()) co_return given_up(race, Cause::no_answer, Cause::no_answer);
    // A caller is told what it would be told without the timer.
    if (progress_limit_ <= now() && !race.progressed())
      co_return given_up(race, Cause::progress_timeout, caller() ? Cause::no_answer : Cause::progress_timeout);
    const auto limit = race.progressed() ? limit_ : std::min(limit_, progress_limit_);
    const auto next = std::min(limit, race.deadline());
    const Wake wake = co_await setting_.sleeper.until(next);
    if (wake == Wake::hangup || wake == Wake::interrupted)
      co_return given_up(race, Cause::originator_cancel, Cause::originator_cancel);
  }
}

void Attempt::lose() {
  if (race_) race_->stop(Cause::lose_race);
}

Originated Attempt::given_up(Race& race, Cause legs, Cause result) {
  stopped_ = true;
  race.stop(legs);
  remember(race);
  return {{}, result, race.status()};
}

void Attempt::remember(const Race& race) {
  Leg* const waiting = caller();
  if (!waiting) return;
  for (; born_ < race.born().size(); ++born_) waiting->variables().push("originated_legs", race.born()[born_]);
  for (; told_ < race.losses().size(); ++told_) {
    const auto& loss = race.losses()[told_];
    if (!loss.uuid.empty()) waiting->variables().push("originate_causes", loss.uuid + ";" + std::string{name(loss.cause)});
  }
}

}  // namespace call
