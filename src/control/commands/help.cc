// control/commands/help.cc - `help`.
#include <fmt/format.h>

#include "control/command.h"
#include "dialplan/api_function.h"

namespace control {
namespace {

base::Task<std::string> help(House&, std::string arguments) {
  if (!arguments.empty()) {
    if (const auto* command = Command::find(arguments))
      co_return fmt::format("{} {}\n{}\n", command->spec().name, command->spec().usage, command->spec().help);
    if (const auto* api = dialplan::ApiFunction::find(arguments))
      co_return fmt::format("{} {}\n{}\n", api->spec().name, api->spec().usage, api->spec().help);
    co_return "-ERR no such command\n";
  }
  std::string text = "Valid commands:\n\n";
  for (const auto name : command_names()) {
    const auto* command = Command::find(name);
    const auto* api = command ? nullptr : dialplan::ApiFunction::find(name);
    text += fmt::format("{:<22} {:<44} {}\n", name, command ? command->spec().usage : api->spec().usage,
                        command ? command->spec().help : api->spec().help);
  }
  co_return text;
}

const Command help_command{{"help", "[<command>]", "What commands there are, or how one is used.", help}};

}  // namespace
}  // namespace control
