#include "call/originate.h"

#include <deque>

#include "call/race.h"
#include "call/ringback.h"
#include "call/switch.h"

namespace call {

namespace {

/// What is to be tried, one after another; nested dial strings put their alternatives in front.
struct Step {
  Variables inherited;
  std::vector<DialLeg> legs;
};

std::deque<Step> steps_of(const DialString& string, const Variables& inherited) {
  std::deque<Step> steps;
  std::size_t most = 0;
  for (const auto& group : string.groups) most = std::max(most, group.alternatives.size());
  // Groups of an enterprise string run side by side: their n-th alternatives race together.
  for (std::size_t i = 0; i < most; ++i) {
    Step step;
    step.inherited = inherited;
    for (const auto& group : string.groups) {
      if (i >= group.alternatives.size()) continue;
      for (auto leg : group.alternatives[i].legs) {
        leg.variables = leg_variables(string, group, leg);
        step.legs.push_back(std::move(leg));
      }
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

Variables merged(const Variables& under, const Variables& over) {
  Variables all = under;
  over.for_each([&](std::string_view name, std::string_view value) { all.set(name, value); });
  return all;
}

class Engine {
 public:
  Engine(Switch& owner, OriginateOptions options)
      : owner_{owner}, options_{std::move(options)}, own_sleeper_{owner.shard()} {}

  base::Task<Originated> run(std::string text) {
    auto parsed = parse_dial_string(text);
    if (!parsed) co_return finish({{}, parsed.error(), 0});
    limit_ = owner_.shard().now() + time_limit(*parsed);
    steps_ = steps_of(*parsed, {});
    Originated result;
    while (!steps_.empty()) {
      Step step = std::move(steps_.front());
      steps_.pop_front();
      auto plans = co_await plan(std::move(step));
      if (plans.empty()) continue;
      result = co_await race(std::move(plans));
      if (result.leg || stopped_) break;
    }
    co_return finish(std::move(result));
  }

 private:
  Sleeper& sleeper() { return options_.caller ? options_.caller->sleeper() : own_sleeper_; }

  base::Duration time_limit(const DialString& string) const {
    std::optional<long> seconds = string.groups.front().variables.number("originate_timeout");
    if (!seconds) seconds = string.variables.number("originate_timeout");
    if (!seconds && options_.caller) seconds = options_.caller->variables().number("call_timeout");
    if (!seconds && options_.caller) seconds = options_.caller->variables().number("originate_timeout");
    if (seconds && *seconds > 0) return std::chrono::seconds{*seconds};
    return options_.timeout;
  }

  base::Task<std::vector<Race::Plan>> plan(Step step) {
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
      DialRequest request{owner_, options_.caller, leg.rest, variables};
      auto outcome = co_await endpoint->resolve(request);
      if (outcome.failure == Cause::none && !outcome.nested.empty()) outcome = co_await nest(outcome, variables, plans);
      if (outcome.failure != Cause::none) {
        failed.fault = outcome.failure;
        plans.push_back(std::move(failed));
      }
      for (auto& target : outcome.targets)
        plans.push_back({std::move(target), merged(outcome.variables, variables), Cause::none});
      if (plans.size() > race_legs_max) plans.resize(race_legs_max);
    }
    co_return plans;
  }

  /// A dial string in place of a leg (user/): its first alternative joins this race, the others are tried next.
  base::Task<DialOutcome> nest(DialOutcome outer, const Variables& variables, std::vector<Race::Plan>& plans) {
    auto parsed = parse_dial_string(outer.nested);
    if (!parsed) co_return DialOutcome::failed(parsed.error());
    if (++nesting_ > dial_nesting_max) co_return DialOutcome::failed(Cause::exchange_routing_error);
    auto steps = steps_of(*parsed, merged(outer.variables, variables));
    Step first = std::move(steps.front());
    steps.pop_front();
    auto inner = co_await plan(std::move(first));
    --nesting_;
    for (auto& one : inner) plans.push_back(std::move(one));
    steps_.insert(steps_.begin(), std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
    co_return DialOutcome{};
  }

  base::Task<Originated> race(std::vector<Race::Plan> plans) {
    Race race{owner_, options_.caller, sleeper(), std::move(plans), options_.caller_id_name, options_.caller_id_number};
    Leg* caller = options_.caller;
    Ringback ringback{caller};
    for (;;) {
      const auto now = owner_.shard().now();
      const auto state = race.advance(now);
      remember(race);
      if (caller && caller->last_failure_status() != race.status() && race.status() != 0)
        caller->set_last_failure_status(race.status());
      if (state == Race::State::won) co_return Originated{race.take_winner(), Cause::success, 0};
      if (state == Race::State::lost) co_return Originated{{}, race.cause(), race.status()};
      if (race.ringing()) ringback.ringing();
      if (limit_ <= now) {
        stopped_ = true;
        race.stop(Cause::no_answer);
        remember(race);
        co_return Originated{{}, Cause::no_answer, race.status()};
      }
      const Wake wake = co_await sleeper().until(std::min(limit_, race.deadline()));
      if (wake == Wake::hangup || wake == Wake::interrupted) {
        stopped_ = true;
        race.stop(Cause::originator_cancel);
        co_return Originated{{}, Cause::originator_cancel, 0};
      }
    }
  }

  void remember(const Race& race) {
    for (; told_ < race.losses().size(); ++told_) {
      const auto& loss = race.losses()[told_];
      if (options_.caller)
        options_.caller->variables().push("originate_causes", loss.uuid + ";" + std::string{name(loss.cause)});
      if (options_.caller) options_.caller->variables().set("last_bridge_hangup_cause", name(loss.cause));
    }
  }

  Originated finish(Originated result) {
    Leg* caller = options_.caller;
    if (!caller) return result;
    auto& variables = caller->variables();
    if (result.leg) {
      variables.set("originate_disposition", "SUCCESS");
      variables.set("DIALSTATUS", "SUCCESS");
      const auto& b = *result.leg;
      variables.push("originated_legs", b.uuid() + ";" + b.caller().callee_id_name + ";" + b.caller().callee_id_number);
      return result;
    }
    variables.set("originate_disposition", name(result.cause));
    variables.set("originate_failed_cause", name(result.cause));
    switch (result.cause) {
      case Cause::originator_cancel: variables.set("DIALSTATUS", "CANCEL"); break;
      case Cause::user_busy: variables.set("DIALSTATUS", "BUSY"); break;
      case Cause::no_answer: variables.set("DIALSTATUS", "NOANSWER"); break;
      case Cause::call_rejected: variables.set("DIALSTATUS", "DONTCALL"); break;
      default: variables.set("DIALSTATUS", name(result.cause)); break;
    }
    return result;
  }

  Switch& owner_;
  OriginateOptions options_;
  Sleeper own_sleeper_;
  base::Time limit_ = base::never;
  std::deque<Step> steps_;
  std::size_t told_ = 0;
  int nesting_ = 0;
  bool stopped_ = false;
};

}  // namespace

base::Task<Originated> originate(Switch& owner, std::string dial_string, OriginateOptions options) {
  Engine engine{owner, std::move(options)};
  co_return co_await engine.run(std::move(dial_string));
}

}  // namespace call
