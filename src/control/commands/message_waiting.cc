// control/commands/message_waiting.cc - `message_waiting`: what FreeSWITCH has as the event MESSAGE_WAITING.
#include <fmt/format.h>

#include "base/text.h"
#include "call/arguments.h"
#include "control/command.h"

namespace control {
namespace {

base::Task<std::string> set(House& house, std::string arguments);

const Command command{{"message_waiting", "<user>@<domain> <new>/<old> [<urgent new>/<urgent old>]",
                       "Voice messages that wait for a user, as its telephones are told.", set}};

bool read(std::string_view text, std::uint32_t& fresh, std::uint32_t& old) {
  const auto slash = text.find('/');
  const auto first = base::to_number<std::uint32_t>(text.substr(0, slash));
  const auto second = slash == std::string_view::npos ? 0U : base::to_number<std::uint32_t>(text.substr(slash + 1));
  if (!first || !second) return false;
  fresh = *first;
  old = *second;
  return true;
}

base::Task<std::string> set(House& house, std::string arguments) {
  const auto words = call::split_arguments(arguments, ' ', 3);
  presence::MessageCounts counts;
  const bool good = words.size() >= 2 && words[0].find('@') != std::string::npos && read(words[1], counts.fresh, counts.old) &&
                    (words.size() == 2 || read(words[2], counts.urgent_fresh, counts.urgent_old));
  if (!good) co_return usage_of(command.spec());
  const auto at = words[0].rfind('@');
  const auto aor = location::address_of_record(std::string_view{words[0]}.substr(0, at), std::string_view{words[0]}.substr(at + 1));
  house.shards.front().presence->set_messages(aor, counts);
  co_return "+OK\n";
}

}  // namespace
}  // namespace control
