// control/commands/hangup.cc - `uuid_kill` and `hupall`.
#include <numeric>

#include "call/arguments.h"
#include "control/command.h"

namespace control {
namespace {

base::Task<std::string> kill(House& house, std::string arguments);
base::Task<std::string> kill_all(House& house, std::string arguments);

const Command kill_command{{"uuid_kill", "<uuid> [<cause>]", "Hangs up one leg.", kill}};
const Command hupall_command{{"hupall", "[<cause> [<variable> <value>]]", "Hangs up all legs, or those with a variable set so.", kill_all}};

base::Task<std::string> kill(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 2);
  if (words.empty() || words[0].empty()) co_return usage_of(kill_command.spec());
  const auto cause = words.size() > 1 ? call::parse_cause(words[1]) : call::Cause::normal_clearing;
  const auto hang_up = [uuid = words[0], cause](ShardView& view) {
    auto* leg = view.calls->find(uuid);
    if (leg) leg->hang_up(cause);
    return leg != nullptr ? 1 : 0;
  };
  const auto found = co_await on_every_shard(house, hang_up);
  co_return std::accumulate(found.begin(), found.end(), 0) > 0 ? "+OK\n" : "-ERR No such channel!\n";
}

base::Task<std::string> kill_all(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 3);
  const auto cause = !words.empty() && !words[0].empty() ? call::parse_cause(words[0]) : call::Cause::manager_request;
  const std::string name = words.size() > 1 ? words[1] : std::string{};
  const std::string value = words.size() > 2 ? words[2] : std::string{};
  const auto hang_up = [=](ShardView& view) {
    std::vector<call::Leg*> legs;
    view.calls->for_each([&](call::Leg& leg) {
      if (name.empty() || leg.variable(name) == value) legs.push_back(&leg);
    });
    for (auto* leg : legs) leg->hang_up(cause);
    return 0;
  };
  co_await on_every_shard(house, hang_up);
  co_return "+OK hangup all channels with cause " + std::string{call::name(cause)} + "\n";
}

}  // namespace
}  // namespace control
