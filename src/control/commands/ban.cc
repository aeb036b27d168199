// control/commands/ban.cc - `ban list|add|lift`: addresses that nothing is taken from.
#include <fmt/format.h>

#include "base/setting.h"
#include "base/text.h"
#include "control/command.h"

namespace control {
namespace {

/// Without a duration.
constexpr base::Duration usual = std::chrono::hours{1};
constexpr base::Duration longest = std::chrono::hours{24 * 365};

std::string list(House& house) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& ban : house.shards.front().guard->bans()) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(ban.ends - house.home().now());
    rows.push_back({ban.network.text(), std::to_string(left.count()), ban.reason});
  }
  return print_table({"network", "seconds", "reason"}, rows);
}

std::string add(House& house, const base::Ip& ip, std::string_view duration, std::string_view reason) {
  const auto length = duration.empty() ? usual : base::parse_duration(duration).value_or(base::Duration{0});
  if (length <= base::Duration{0} || length > longest)
    return fmt::format("-ERR '{}' is no duration up to {} (10m, 2h, 86400)\n", duration, base::print_duration(longest));
  house.shards.front().guard->ban(ip, length, reason.empty() ? "by hand" : std::string{reason});
  return fmt::format("+OK {} is banned for {}\n", endpoint::network_of(ip).text(), base::print_duration(length));
}

std::string lift(House& house, const base::Ip& ip) {
  auto& guard = *house.shards.front().guard;
  if (!guard.is_banned(ip)) return fmt::format("-ERR {} is not banned\n", ip.text());
  guard.lift(ip);
  return "+OK\n";
}

/// The first word, which is taken away.
std::string_view next_word(std::string_view& text) {
  text = base::trim(text);
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

base::Task<std::string> ban(House& house, std::string arguments);

const Command command{{"ban", "list | add <address> [<duration> [<reason>]] | lift <address>",
                       "Addresses that nothing is taken from; IPv6 by networks of 64 bits.", ban}};

base::Task<std::string> ban(House& house, std::string arguments) {
  std::string_view rest = arguments;
  const auto what = next_word(rest), address = next_word(rest);
  if (what == "list" && address.empty()) co_return list(house);
  if ((what != "add" && what != "lift") || address.empty()) co_return usage_of(command.spec());
  const auto ip = base::Ip::parse(address);
  if (!ip) co_return fmt::format("-ERR '{}' is no address\n", address);
  if (what == "lift") co_return lift(house, *ip);
  const auto duration = next_word(rest);
  co_return add(house, *ip, duration, base::trim(rest));
}

}  // namespace
}  // namespace control
