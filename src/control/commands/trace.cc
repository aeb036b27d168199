// control/commands/trace.cc - `trace`: the journal of a call as a ladder; `calls`: what the journal holds.
#include <fmt/format.h>

#include "base/text.h"
#include "control/command.h"
#include "record/ladder.h"

namespace control {
namespace {

constexpr std::size_t listed_by_default = 20;

struct Listed {
  call::WallTime at;
  std::string line;
};

std::string summary(const record::CallJournal& call) {
  std::string from, to;
  for (const auto& leg : call.legs) {
    if (!leg.record) continue;
    if (leg.inbound) from = leg.record->caller_id_number;
    if (to.empty() || leg.inbound) to = leg.record->destination_number;
  }
  const auto at = call.entries.empty() ? call::WallTime{} : call.entries.front().at;
  return fmt::format("{} {} {} -> {}: {}", record::stamp(at), call.call_uuid, from, to, record::verdict(call));
}

base::Task<std::string> list(House& house, std::size_t most) {
  auto parts = co_await on_every_shard(house, [most](ShardView& view) {
    std::vector<Listed> lines;
    for (const auto* call : view.journal->list(most))
      lines.push_back({call->entries.empty() ? call::WallTime{} : call->entries.front().at, summary(*call)});
    return lines;
  });
  std::vector<Listed> all;
  for (auto& part : parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  std::ranges::sort(all, [](const auto& a, const auto& b) { return a.at > b.at; });
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) text += all[i].line + "\n";
  co_return text.empty() ? "no calls yet\n" : text;
}

base::Task<std::string> trace(House& house, std::string arguments) {
  const auto wanted = std::string{base::trim(arguments)};
  const auto number = base::to_number<std::size_t>(wanted);
  if (wanted.empty() || (number && wanted.size() < 8)) co_return co_await list(house, number.value_or(listed_by_default));
  const auto print = [wanted](ShardView& view) {
    const auto* call = view.journal->find(wanted);
    return call ? record::print_ladder(*call) : std::string{};
  };
  const auto ladders = co_await on_every_shard(house, print);
  for (const auto& ladder : ladders)
    if (!ladder.empty()) co_return ladder;
  co_return "-ERR the journal holds no call " + wanted + "\n";
}

const Command trace_command{{"trace", "[<uuid>|<count>]", "One call as a ladder with a verdict, or the latest calls.", trace}};

}  // namespace
}  // namespace control
