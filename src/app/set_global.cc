// app/set_global.cc - "set_global": a variable of the whole server.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  const auto equals = arguments.find('=');
  if (equals == std::string::npos || equals == 0) co_return Outcome::bad_arguments;
  const std::string_view text = arguments;
  execution.runtime().set_global(text.substr(0, equals), text.substr(equals + 1));
  co_return Outcome::next;
}

const Application set_global{{.name = "set_global",
                              .usage = "<name>=<value>",
                              .help = "Sets a global variable, seen by all calls from now on.",
                              .media = Media::not_needed,
                              .routing = Routing::safe,
                              .run = run}};

}  // namespace
}  // namespace app
