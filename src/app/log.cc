// app/log.cc - "log": a line of the dialplan's own.
#include "base/text.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

struct LevelName {
  std::string_view name;
  base::log::Level level;
};
constexpr LevelName levels[]{{"CONSOLE", base::log::Level::critical}, {"ALERT", base::log::Level::critical},
                             {"CRIT", base::log::Level::critical},    {"ERR", base::log::Level::error},
                             {"ERROR", base::log::Level::error},      {"WARNING", base::log::Level::warning},
                             {"NOTICE", base::log::Level::notice},    {"INFO", base::log::Level::info},
                             {"DEBUG", base::log::Level::debug},      {"0", base::log::Level::critical},
                             {"1", base::log::Level::critical},       {"2", base::log::Level::critical},
                             {"3", base::log::Level::error},          {"4", base::log::Level::warning},
                             {"5", base::log::Level::notice},         {"6", base::log::Level::info},
                             {"7", base::log::Level::debug}};

void write(std::string_view text, std::string_view call) {
  auto level = base::log::Level::debug;
  const auto space = text.find(' ');
  for (const auto& known : levels) {
    if (space == std::string_view::npos || !base::same(text.substr(0, space), known.name)) continue;
    level = known.level;
    text.remove_prefix(space + 1);
    break;
  }
  base::log::line(level, "dialplan", call, "{}", text);
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  write(arguments, execution.leg().uuid());
  co_return Outcome::next;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  write(arguments, execution.forwarding().request().text_of("Call-ID").value_or(""));
  co_return Outcome::next;
}

const Application log{{.name = "log",
                       .usage = "[<level> ]<text>",
                       .help = "Writes a line to the log: CONSOLE ALERT CRIT ERR WARNING NOTICE INFO DEBUG or 0-7; DEBUG "
                               "without one.",
                       .media = Media::not_needed,
                       .routing = Routing::safe,
                       .run = run,
                       .on_request = on_request}};

}  // namespace
}  // namespace app
