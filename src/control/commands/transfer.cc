// control/commands/transfer.cc - `uuid_transfer`, `uuid_break` and `uuid_recv_dtmf`: reaching into a call.
#include <numeric>

#include "call/arguments.h"
#include "control/command.h"

namespace control {
namespace {

/// Runs `work` on the leg wherever it is; +OK when it was found.
template <class Work>
base::Task<std::string> on_leg(House& house, std::string uuid, Work work) {
  const auto look = [uuid, work](ShardView& view) {
    auto* leg = view.calls->find(uuid);
    if (leg) work(view, *leg);
    return leg != nullptr ? 1 : 0;
  };
  const auto found = co_await on_every_shard(house, look);
  co_return std::accumulate(found.begin(), found.end(), 0) > 0 ? "+OK\n" : "-ERR No such channel!\n";
}

base::Task<std::string> transfer(House& house, std::string arguments);
base::Task<std::string> interrupt(House& house, std::string arguments);
base::Task<std::string> receive_digits(House& house, std::string arguments);

const Command transfer_command{{"uuid_transfer", "<uuid> [-bleg] <extension> [<dialplan> [<context>]]",
                                "Sends a leg, or its partner, to another extension.", transfer}};
const Command break_command{{"uuid_break", "<uuid> [all]", "Ends the application that runs on a leg.", interrupt}};
const Command digits_command{{"uuid_recv_dtmf", "<uuid> <digits>[@<ms>]", "Digits as if the party had pressed them.", receive_digits}};

base::Task<std::string> transfer(House& house, std::string arguments) {
  auto words = call::split_arguments(arguments, ' ', 5);
  const bool partner = words.size() > 1 && words[1] == "-bleg";
  if (partner) words.erase(words.begin() + 1);
  if (words.size() < 2) co_return usage_of(transfer_command.spec());
  words.resize(4);
  const call::Leg::Target target{words[1], words[2], words[3]};
  const auto send = [partner, target](ShardView& view, call::Leg& leg) {
    auto* whom = partner ? leg.peer() : &leg;
    if (whom) view.runtime->transfer(*whom, target);
  };
  co_return co_await on_leg(house, words[0], send);
}

base::Task<std::string> interrupt(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 2);
  if (words.empty() || words[0].empty()) co_return usage_of(break_command.spec());
  const auto stop = [](ShardView&, call::Leg& leg) { leg.interrupt(); };
  co_return co_await on_leg(house, words[0], stop);
}

base::Task<std::string> receive_digits(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 2);
  if (words.size() < 2) co_return usage_of(digits_command.spec());
  const std::string digits = words[1].substr(0, words[1].find('@'));
  const auto press = [digits](ShardView&, call::Leg& leg) {
    constexpr auto usual = std::chrono::milliseconds{100};
    for (const char digit : digits)
      if (call::is_dtmf(digit)) leg.receive_digit(digit, usual);
  };
  co_return co_await on_leg(house, words[0], press);
}

}  // namespace
}  // namespace control
