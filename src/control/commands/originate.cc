// control/commands/originate.cc - `originate`: a call from nobody to somebody, then an extension or an application.
#include "call/originate.h"

#include "base/text.h"
#include "call/arguments.h"
#include "call/bridge.h"
#include "control/command.h"

namespace control {
namespace {

/// `originate <url> <extension>|&app(args) [<dialplan> [<context> [<cid_name> [<cid_number> [<timeout>]]]]]`
struct Order {
  std::string url, target, dialplan = "XML", context = "default";
  call::OriginateOptions options;
};

std::optional<Order> parse(std::string_view arguments) {
  auto words = call::split_arguments(arguments, ' ', 8);
  if (words.size() < 2 || words.size() > 7) return std::nullopt;
  const auto word = [&](std::size_t i) { return i < words.size() && words[i] != "undef" ? words[i] : std::string{}; };
  Order order;
  order.url = word(0);
  order.target = word(1);
  if (!word(2).empty()) order.dialplan = word(2);
  if (!word(3).empty()) order.context = word(3);
  order.options.caller_id_name = word(4);
  order.options.caller_id_number = word(5);
  if (const auto seconds = base::to_number<long>(word(6)); seconds && *seconds > 0)
    order.options.timeout = std::chrono::seconds{*seconds};
  return order;
}

/// "&playback(file)": application and data; empty for an extension.
std::optional<dialplan::Action> application_of(std::string_view target) {
  if (!target.starts_with('&')) return std::nullopt;
  target.remove_prefix(1);
  const auto open = target.find('(');
  dialplan::Action action;
  action.application = target.substr(0, open);
  if (open != std::string_view::npos) {
    action.data = target.substr(open + 1);
    if (action.data.ends_with(')')) action.data.pop_back();
  }
  return action;
}

void send_on(dialplan::Runtime& runtime, call::Leg& leg, const Order& order) {
  if (auto action = application_of(order.target)) return runtime.run_actions(leg, {std::move(*action)});
  auto& caller = leg.caller();
  caller.destination_number = order.target;
  caller.dialplan = order.dialplan;
  caller.context = order.context;
  runtime.route(leg);
}

base::Task<std::string> run(House& house, std::string arguments) {
  auto order = parse(arguments);
  if (!order)
    co_return "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] [<cid_name>] "
              "[<cid_num>] [<timeout_sec>]\n";
  auto& here = house.shards.front();
  auto result = co_await call::originate(*here.calls, order->url, order->options);
  if (!result.leg) co_return "-ERR " + std::string{call::name(result.cause)} + "\n";
  send_on(*here.runtime, *result.leg, *order);
  co_return "+OK " + result.leg->uuid() + "\n";
}

const Command originate_command{{"originate",
                                 "<url> <extension>|&app(args) [<dialplan> [<context> [<cid name> [<cid number> [<timeout>]]]]]",
                                 "Calls somebody and connects the answer to an extension or application.", run}};

}  // namespace
}  // namespace control
