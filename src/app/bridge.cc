// app/bridge.cc - "bridge": calls somebody and connects the two; what happens afterwards is decided by variables.
#include "call/bridge.h"

#include "app/park.h"
#include "base/text.h"
#include "call/hooks.h"
#include "call/originate.h"
#include "call/outbound.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;
using call::Cause;

/// Whether the dialplan goes on after an attempt that failed (spec 2.0.7 handle_cause).
bool goes_on(const call::Leg& leg, Cause cause) {
  if (cause == Cause::attended_transfer) return false;
  const auto continue_on = leg.variable("continue_on_fail");
  const auto failures = leg.variable("failure_causes");
  if (continue_on.empty() && failures.empty())
    return cause == Cause::no_answer || cause == Cause::no_user_response || cause == Cause::originator_cancel;
  const auto number = base::to_number<long>(continue_on);
  if (number ? *number != 0 : base::is_true(continue_on)) return true;
  if (!continue_on.empty() && !number && call::cause_listed(continue_on, cause)) return true;
  return !failures.empty() && !call::cause_listed(failures, cause);
}

/// transfer_on_fail="<causes> [auto_cause|<extension> [<dialplan> [<context>]]]". True: the next action follows, or where
/// the leg was sent. `true` or one number in place of names sends nobody anywhere.
bool transferred(call::Leg& leg, Cause cause) {
  const auto rule = leg.variable("transfer_on_fail");
  if (rule.empty() || cause == Cause::attended_transfer) return false;
  const auto words = base::split(rule, ' ');
  const auto word = [&](std::size_t i) { return i < words.size() ? std::string{words[i]} : std::string{}; };
  if (base::is_true(words[0]) || base::to_number<long>(words[0])) return true;
  if (!call::cause_listed(words[0], cause)) return false;
  const bool named = words.size() > 1 && !base::same(words[1], "auto_cause");
  leg.transfer({named ? word(1) : std::string{call::name(cause)}, word(2), word(3)});
  return true;
}

Outcome after_failure(call::Leg& leg, Cause cause) {
  if (leg.hung_up()) return Outcome::hung_up;
  if (leg.has_transfer() || goes_on(leg, cause) || transferred(leg, cause)) return Outcome::next;
  leg.hang_up(cause);
  return Outcome::hung_up;
}

/// transfer_after_bridge=<extension>[:<dialplan>[:<context>]]
bool transferred_after(call::Leg& leg) {
  const auto rule = leg.variable("transfer_after_bridge");
  if (rule.empty()) return false;
  const auto words = base::split(rule, ':');
  const auto word = [&](std::size_t i) { return i < words.size() ? std::string{words[i]} : std::string{}; };
  leg.transfer({word(0), word(1), word(2)});
  return true;
}

/// exec_after_bridge_app: the last thing this call does.
base::Task<Outcome> execute_after(Execution& execution) {
  auto& a = execution.leg();
  Action action;
  action.application = a.variable("exec_after_bridge_app");
  action.data = a.variable("exec_after_bridge_arg");
  const auto outcome = co_await execution.run_application(action);
  if (!a.has_transfer()) a.hang_up(Cause::normal_clearing);
  co_return outcome;
}

/// bridge_pre_execute_aleg_app and ..._bleg_app, before anybody hears anybody.
base::Task<void> execute_before(Execution& execution, call::Leg& b) {
  auto& a = execution.leg();
  const std::string for_a{a.variable("bridge_pre_execute_aleg_app")}, for_b{a.variable("bridge_pre_execute_bleg_app")};
  const std::string data_a{a.variable("bridge_pre_execute_aleg_data")}, data_b{a.variable("bridge_pre_execute_bleg_data")};
  Action action;
  action.application = for_a;
  action.data = data_a;
  if (!for_a.empty()) co_await execution.run_application(action);
  if (!for_b.empty() && b.alive()) co_await execution.runtime().execute(b, for_b, data_b);
}

base::Task<Outcome> after_bridge(Execution& execution, call::Leg& a, call::Leg& b, const call::BridgeResult& result) {
  using End = call::BridgeEnd;
  switch (result.end) {
    case End::a_hung_up:
      a.variables().set("bridge_hangup_cause", call::name(a.cause()));
      b.hang_up(a.cause() == Cause::originator_cancel && b.answered() ? Cause::normal_clearing : a.cause());
      co_return Outcome::hung_up;
    case End::failed:
      b.hang_up(Cause::incompatible_destination);
      co_return Outcome::hung_up;
    case End::separated: co_return a.hung_up() ? Outcome::hung_up : Outcome::next;
    case End::interrupted:
      b.hang_up(a.has_transfer() ? Cause::blind_transfer : Cause::normal_clearing);
      co_return Outcome::next;
    case End::b_hung_up: break;
  }
  const Cause cause = b.cause();
  call::report_end(b, a);
  if (!result.answered) co_return after_failure(a, cause);
  a.variables().set("bridge_hangup_cause", call::name(cause));
  if (transferred_after(a)) co_return Outcome::next;
  if (a.variables().is_true("park_after_bridge")) co_return co_await park(execution);
  if (!a.variable("exec_after_bridge_app").empty()) co_return co_await execute_after(execution);
  const auto ends = a.variable("hangup_after_bridge");
  if (base::is_true(ends) || base::same(ends, "explicit")) {
    a.hang_up(cause);
    co_return Outcome::hung_up;
  }
  co_return Outcome::next;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& a = execution.leg();
  if (base::trim(arguments).empty()) co_return Outcome::next;
  call::OriginateOptions options;
  options.caller = &a;
  auto originated = co_await call::originate(a.owner(), std::move(arguments), std::move(options));
  if (!originated.leg) co_return after_failure(a, originated.cause);
  auto& b = *originated.leg;
  call::execute_hooks(b, "execute_on_post_originate");
  co_await execute_before(execution, b);
  call::execute_hooks(a, "execute_on_pre_bridge");
  const auto result = co_await call::bridge(a, b);
  call::execute_hooks(b, "execute_on_post_bridge");
  if (a.alive()) call::execute_hooks(a, "execute_on_post_bridge");
  co_return co_await after_bridge(execution, a, b, result);
}

const Application bridge{{.name = "bridge",
                          .usage = "<dial string>",
                          .help = "Calls user/1001, sofia/internal/1001@example.com, several with ',' (at once) or '|' (one "
                                  "after another), and connects whoever answers.",
                          .media = Media::not_needed,
                          .run = run}};

}  // namespace
}  // namespace app
