// app/bridge_export.cc - "bridge_export": Exports a variable to the other leg of a later bridge.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::bridge_export(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "bridge_export",
                               .usage = "<name>=<value>",
                               .help = "Exports a variable to the other leg of a later bridge.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
