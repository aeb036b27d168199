#include "call/race.h"

#include <algorithm>

#include "call/outbound.h"
#include "call/switch.h"

namespace call {

namespace {

std::optional<base::Duration> seconds_of(const Variables& variables, std::string_view name) {
  const auto value = variables.number(name);
  if (!value || *value <= 0) return std::nullopt;
  return std::chrono::seconds{*value};
}

bool ignores_early_media(std::string_view value) {
  return base::is_true(value) || base::same(value, "ring_ready") || base::same(value, "consume");
}

}  // namespace

Race::Race(Switch& owner, Leg* caller, bool tells_caller, Sleeper& watcher, std::vector<Plan> plans,
           std::string caller_id_name, std::string caller_id_number)
    : owner_{owner}, caller_{caller}, told_{tells_caller ? caller : nullptr}, watcher_{watcher}, caller_id_name_{std::move(caller_id_name)},
      caller_id_number_{std::move(caller_id_number)} {
  const auto now = owner_.shard().now();
  const bool alone = plans.size() == 1;
  entries_.reserve(plans.size());
  for (auto& plan : plans) {
    auto& entry = entries_.emplace_back();
    entry.plan = std::move(plan);
    const auto delay = alone ? std::nullopt : seconds_of(entry.plan.variables, "leg_delay_start");
    entry.start = now + delay.value_or(base::Duration{0});
  }
}

std::string_view Race::setting(const Entry& entry, std::string_view name) const {
  const auto own = entry.plan.variables.get(name);
  return !own.empty() || !caller_ ? own : caller_->variable(name);
}

void Race::dial(Entry& entry, base::Time now) {
  entry.start = base::never;
  if (entry.plan.fault != Cause::none) return lose(entry, entry.plan.fault, entry.plan.status);
  const auto& variables = entry.plan.variables;
  Leg* leg = owner_.create_outbound(*entry.plan.target.profile, entry.plan.target.flow.remote.ip.family,
                                    std::string{variables.get("origination_uuid")});
  if (!leg) return lose(entry, Cause::switch_congestion, 0);
  entry.leg = LegHold{*leg};
  leg->set_watcher(&watcher_);
  prepare_outbound(*leg, entry.plan.target, variables, caller_, caller_id_name_, caller_id_number_);
  born_.push_back(leg->uuid() + ";" + leg->caller().callee_id_name + ";" + leg->caller().callee_id_number);
  owner_.tell([&](Observer& observer) { observer.on_created(*leg); });
  leg->media().set_codecs(entry.plan.target.profile->outbound_codecs);
  if (const auto limit = seconds_of(variables, "leg_timeout")) entry.give_up = now + *limit;
  if (const auto limit = seconds_of(variables, "leg_progress_timeout")) entry.progress_give_up = now + *limit;
  const bool bypass = caller_ && caller_->variables().is_true("bypass_media") && !caller_->media().remote_sdp().empty();
  if (bypass) caller_->set_bypass_media(true);
  leg->dial(make_invite(*leg, entry.plan.target), entry.plan.target, caller_, bypass);
}

void Race::lose(Entry& entry, Cause cause, int status) {
  if (entry.over) return;
  entry.over = true;
  entry.cause = cause;
  entry.confirmation.reset();
  if (status != 0) status_ = status;
  losses_.push_back({entry.leg ? entry.leg->uuid() : std::string{}, cause});
  if (entry.leg) {
    entry.leg->set_watcher(nullptr);
    entry.leg->hang_up(cause);
    if (told_) report_end(*entry.leg, *told_);
    entry.leg = {};
  } else if (status != 0 && told_) {
    report_failure(*told_, cause, status);
  }
  if (fatal_ == Cause::none) fatal_ = fatal_cause(entry, cause);
}

Cause Race::fatal_cause(const Entry& entry, Cause cause) const {
  if (cause == Cause::lose_race) return Cause::none;
  if (entry.plan.variables.is_true("leg_required")) return cause;
  auto list = setting(entry, "fail_on_single_reject");
  if (list.empty() || base::same(list, "false")) return Cause::none;
  if (base::is_true(list)) return Cause::no_answer;
  const bool inverted = list.starts_with('!');
  if (inverted) list.remove_prefix(1);
  return cause_listed(list, cause) != inverted ? cause : Cause::none;
}

bool Race::wins(Entry& entry) {
  Leg& leg = *entry.leg;
  if (leg.answered()) {
    if (setting(entry, "group_confirm_key").empty()) return true;
    if (!entry.confirmation) {
      entry.confirmation = std::make_unique<Confirmation>(
          leg, watcher_, [this, &entry](std::string_view name) { return std::string{setting(entry, name)}; });
      const auto limit = seconds_of(entry.plan.variables, "group_confirm_timeout");
      if (limit) entry.give_up = owner_.shard().now() + *limit;
      else if (base::is_true(setting(entry, "group_confirm_cancel_timeout"))) entry.give_up = base::never;
    }
    return entry.confirmation->confirmed();
  }
  if (leg.progress() == Progress::ringing && base::is_true(setting(entry, "return_ring_ready"))) return true;
  return leg.has_early_media() && !ignores_early_media(setting(entry, "ignore_early_media"));
}

void Race::look_at(Entry& entry, base::Time now) {
  Leg& leg = *entry.leg;
  if (leg.hung_up()) return lose(entry, leg.cause(), leg.failure_status());
  const bool rings = leg.progress() == Progress::ringing ||
                     (leg.progress() == Progress::early && base::same(setting(entry, "ignore_early_media"), "ring_ready"));
  if (rings && !base::is_true(setting(entry, "ignore_ring_ready"))) ringing_ = true;
  if (leg.progress() != Progress::down) progressed_ = true;
  if (wins(entry)) winner_ = &entry;
  else if (entry.give_up <= now) lose(entry, Cause::allotted_timeout, 0);
  else if (entry.progress_give_up <= now && leg.progress() == Progress::down) lose(entry, Cause::progress_timeout, 0);
}

void Race::start_next_delayed(base::Time now) {
  auto next = std::ranges::min_element(entries_, {}, &Entry::start);
  if (next != entries_.end() && next->start != base::never) dial(*next, now);
}

Race::State Race::advance(base::Time now) {
  for (auto& entry : entries_) {
    if (entry.start <= now) dial(entry, now);
    if (!entry.over && entry.leg) look_at(entry, now);
    if (winner_ || fatal_ != Cause::none) break;
  }
  if (winner_) return State::won;
  if (fatal_ != Cause::none) {
    stop(fatal_);
    return State::lost;
  }
  const auto on_the_way = [](const Entry& entry) { return !entry.over && entry.leg; };
  // Nobody is ringing any more: whoever was to start later starts now.
  while (std::ranges::none_of(entries_, on_the_way)) {
    if (std::ranges::all_of(entries_, &Entry::over)) return State::lost;
    start_next_delayed(now);
  }
  return State::running;
}

base::Time Race::deadline() const {
  base::Time earliest = base::never;
  for (const auto& entry : entries_) {
    if (entry.over) continue;
    earliest = std::min({earliest, entry.start, entry.give_up});
    if (entry.leg && entry.leg->progress() == Progress::down) earliest = std::min(earliest, entry.progress_give_up);
  }
  return earliest;
}

void Race::stop(Cause cause) {
  for (auto& entry : entries_)
    if (&entry != winner_ && !entry.over) lose(entry, cause, 0);
}

LegHold Race::take_winner() {
  stop(Cause::lose_race);
  winner_->leg->set_watcher(nullptr);
  winner_->over = true;
  return std::move(winner_->leg);
}

}  // namespace call
