#include "dialplan/execution.h"

#include "base/require.h"
#include "call/bridge.h"
#include "dialplan/expand.h"

namespace dialplan {

namespace {

Standing standing_of(std::string_view application) {
  const auto* found = Application::find(application);
  if (!found) return Standing::unknown;
  return found->safe_in_routing() ? Standing::routing_safe : Standing::known;
}

}  // namespace

void Runtime::set_configuration(Snapshot configuration) {
  configuration->globals.for_each([&](std::string_view name, std::string_view value) { globals_.set(name, value); });
  configuration_ = std::move(configuration);
}

Runtime& Runtime::of(call::Switch& owner) {
  auto* runtime = dynamic_cast<Runtime*>(&owner.router());
  base::require(runtime != nullptr, "a switch that is routed by something else than a dialplan");
  return *runtime;
}

void Runtime::set_global(std::string_view name, std::string_view value) {
  globals_.set(name, value);
  if (on_global_) on_global_(name, value);
}

Context Runtime::context() {
  Context context;
  context.configuration = configuration_.get();
  context.globals = &globals_;
  context.now = call::WallTime{shard_.wall_clock()};
  context.random = &shard_.random();
  context.find_session = [this](std::string_view uuid) -> Session* {
    auto* leg = switch_ ? switch_->find(uuid) : nullptr;
    auto* execution = leg ? Execution::of(*leg) : nullptr;
    return execution ? &execution->session() : nullptr;
  };
  return context;
}

void Runtime::route(call::Leg& leg) {
  leg.run(execution_of(leg).run());
}

void Runtime::run_actions(call::Leg& leg, std::vector<Action> actions) {
  leg.run(execution_of(leg).run_list(std::move(actions)));
}

Execution& Runtime::execution_of(call::Leg& leg) {
  if (!Execution::of(leg)) leg.attach(std::make_unique<Execution>(*this, leg));
  return *Execution::of(leg);
}

base::Task<void> Runtime::execute(call::Leg& leg, std::string application, std::string data) {
  const auto* found = Application::find(application);
  if (!found) {
    leg.log().error("dialplan", "there is no application {}", application);
    co_return;
  }
  Action action;
  action.application = std::move(application);
  action.data = std::move(data);
  auto& execution = execution_of(leg);
  if (leg.running() && !found->safe_in_routing()) execution.run_next(std::move(action));
  else co_await execution.run_application(action);
}

bool Runtime::serves(std::string_view application) const {
  const auto* found = Application::find(application);
  return found && (found->spec().media == Media::required || base::same(application, "park"));
}

void Runtime::transfer(call::Leg& leg, const call::Leg::Target& target) {
  // Somebody else runs the bridge it is in.
  if (!leg.running()) call::separate(leg);
  leg.transfer(target);
  if (!leg.running()) route(leg);
}

Execution::Execution(Runtime& runtime, call::Leg& leg)
    : runtime_{runtime}, leg_{leg}, configuration_{runtime.configuration()},
      session_{leg.variables(), leg.caller(), nullptr, nullptr, &leg} {}

Context& Execution::context() {
  context_ = runtime_.context();
  configuration_ = runtime_.configuration();
  session_.originatee = nullptr;
  session_.originator = nullptr;
  if (auto* peer = leg_.peer()) {
    const bool caller = leg_.direction() == call::Direction::inbound;
    (caller ? session_.originatee : session_.originator) = &peer->caller();
  }
  context_.session = &session_;
  return context_;
}

base::Task<void> Execution::run() { return live({}); }

base::Task<void> Execution::run_list(std::vector<Action> actions) { return live(std::move(actions)); }

base::Task<void> Execution::live(std::vector<Action> first) {
  std::vector<Action> actions = std::move(first);
  bool hunting = actions.empty();
  auto target = leg_.take_transfer();
  while (leg_.alive()) {
    if (target && target->joins()) {
      co_await join(*target);
      target = leg_.take_transfer();
      if (!target) break;
      continue;
    }
    if (target && !apply_transfer(*target)) {
      leg_.hang_up(call::Cause::exchange_routing_error);
      co_return;
    }
    if (hunting || target) {
      auto route = find_route();
      if (!route) {
        const bool broken = route.error() == NoRoute::unknown_application;
        leg_.log().notice("dialplan", "{} for {} in context {}", name(route.error()), leg_.caller().destination_number,
                          leg_.caller().context);
        leg_.hang_up(broken ? call::Cause::destination_out_of_order : call::Cause::no_route_destination);
        co_return;
      }
      actions = std::move(route->actions);
    }
    co_await run_all(actions);
    target = leg_.take_transfer();
    if (!target) break;
  }
  leg_.hang_up(call::Cause::normal_clearing);
}

/// Bridged with a leg that somebody else chose (a transfer after consultation, uuid_bridge), or waiting to be.
base::Task<void> Execution::join(call::Leg::Target target) {
  if (target.waits) {
    while (leg_.alive() && !leg_.has_transfer()) {
      leg_.take_interruption();
      co_await leg_.wait();
    }
    co_return;
  }
  auto* const found = leg_.owner().find(target.partner);
  if (!found || found->hung_up()) co_return leg_.hang_up(call::Cause::normal_clearing);
  const call::LegHold other{*found};
  for (auto* unanswered : {&leg_, other.get()})
    if (!unanswered->answered() && unanswered->direction() == call::Direction::inbound)
      unanswered->answer(unanswered == &leg_ ? &other->media() : &leg_.media());
  const auto result = co_await call::bridge(leg_, *other);
  using End = call::BridgeEnd;
  switch (result.end) {
    case End::a_hung_up: other->hang_up(leg_.cause()); break;
    case End::b_hung_up: leg_.hang_up(other->cause()); break;
    case End::interrupted: other->hang_up(leg_.has_transfer() ? call::Cause::blind_transfer : call::Cause::normal_clearing); break;
    case End::failed: other->hang_up(call::Cause::incompatible_destination); break;
    case End::separated: break;
  }
}

base::Result<Route, NoRoute> Execution::find_route() {
  HuntPort port;
  port.standing = standing_of;
  port.run_inline = [this](const Action& action) { run_inline(action); };
  Context& where = context();
  return hunt(where, port);
}

// Only applications that never wait are allowed inside the hunt, so that one start is their whole run.
void Execution::run_inline(const Action& action) {
  auto task = run_application(action);
  task.start();
  base::require(task.done(), "an application marked safe in routing waited");
}

// FreeSWITCH: max_session_transfers, else max_forwards, counts down; the old destination becomes rdnis.
bool Execution::apply_transfer(const call::Leg::Target& target) {
  auto& variables = leg_.variables();
  const bool counted = variables.has("max_session_transfers");
  const std::string_view counter = counted ? "max_session_transfers" : "max_forwards";
  const long left = variables.number(counter).value_or(transfers_max);
  if (left <= 1) return false;
  variables.set(counter, std::to_string(left - 1));

  auto& caller = leg_.caller();
  caller.rdnis = caller.destination_number;
  caller.destination_number = target.extension;
  if (!target.dialplan.empty()) caller.dialplan = target.dialplan;
  else if (base::same(caller.dialplan, "inline")) caller.dialplan = "XML";
  if (!target.context.empty()) caller.context = target.context;
  caller.transferred_time = leg_.wall_now();
  const auto epoch = std::chrono::duration_cast<std::chrono::seconds>(leg_.wall_now().time_since_epoch()).count();
  caller.transfer_source = std::to_string(epoch) + ":" + leg_.uuid() + ":bl_xfer:" + target.extension + "/" +
                           caller.context + "/" + caller.dialplan;
  variables.set("transfer_source", caller.transfer_source);
  variables.push("transfer_history", caller.transfer_source);
  return true;
}

base::Task<Outcome> Execution::run_all(const std::vector<Action>& actions) {
  for (const auto& action : actions) {
    if (leg_.hung_up()) co_return Outcome::hung_up;
    if (leg_.has_transfer()) co_return Outcome::next;
    leg_.take_interruption();  // a break ends one application, not the list
    const auto outcome = co_await run_application(action);
    if (outcome == Outcome::hung_up) co_return outcome;
    if (co_await run_waiting() == Outcome::hung_up) co_return Outcome::hung_up;
  }
  co_return Outcome::next;
}

base::Task<Outcome> Execution::run_waiting() {
  while (!waiting_.empty()) {
    const Action action = std::move(waiting_.front());
    waiting_.pop_front();
    if (co_await run_application(action) == Outcome::hung_up) co_return Outcome::hung_up;
  }
  co_return Outcome::next;
}

base::Task<Outcome> Execution::run_application(const Action& action) {
  const auto* application = Application::find(action.application);
  if (!application) {
    leg_.log().error("dialplan", "there is no application {}", action.application);
    leg_.hang_up(call::Cause::destination_out_of_order);
    co_return Outcome::hung_up;
  }
  auto& variables = leg_.variables();
  const bool expands = !variables.is_true("app_disable_expand_variables");
  const std::string data = expands ? expand(action.data, context()) : action.data;
  const auto scoped = call::split_scope(data);
  std::string arguments{scoped.rest};

  if (application->spec().media == Media::required && !leg_.answered() && !leg_.pre_answer())
    co_return Outcome::hung_up;
  variables.set("last_app", application->spec().name);
  variables.set("last_arg", arguments);
  variables.set("current_application", application->spec().name);
  variables.set("current_application_data", arguments);
  variables.unset("current_application_response");
  leg_.owner().tell([&](call::Observer& observer) { observer.on_execute(leg_, application->spec().name, arguments); });
  if (scoped.any) variables.enter_scope(scoped.variables);
  auto outcome = Outcome::next;
  if (const auto change = application->spec().change) change(context(), arguments);
  else outcome = co_await application->spec().run(*this, std::move(arguments));
  if (scoped.any) variables.leave_scope();
  leg_.owner().tell([&](call::Observer& observer) { observer.on_executed(leg_, application->spec().name); });
  if (outcome == Outcome::bad_arguments)
    leg_.log().warn("dialplan", "{} does not take '{}'; usage: {} {}", application->spec().name, data,
                    application->spec().name, application->spec().usage);
  co_return leg_.hung_up() ? Outcome::hung_up : outcome;
}

base::Task<Outcome> Execution::run_extension(std::string extension, std::string dialplan, std::string context) {
  if (depth_ >= execution_depth_max) {
    leg_.log().error("dialplan", "execute_extension is nested {} deep: {} is not run", depth_, extension);
    co_return Outcome::failed;
  }
  auto& caller = leg_.caller();
  const auto before = std::tuple{caller.destination_number, caller.dialplan, caller.context};
  caller.destination_number = std::move(extension);
  if (!dialplan.empty()) caller.dialplan = std::move(dialplan);
  if (!context.empty()) caller.context = std::move(context);
  const auto route = find_route();
  auto outcome = Outcome::next;  // also when nothing matches
  if (route) {
    ++depth_;
    outcome = co_await run_all(route->actions);
    --depth_;
  }
  std::tie(caller.destination_number, caller.dialplan, caller.context) = before;
  co_return outcome;
}

}  // namespace dialplan
