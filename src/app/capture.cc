// app/capture.cc - "capture": Stores what a pattern captures in an array variable.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::capture(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "capture",
                               .usage = "<name>|<text>|<pattern>",
                               .help = "Stores what a pattern captures in an array variable.",
                               .media = Media::not_needed,
                               .routing = Routing::unsafe,
                               .run = run}};

}  // namespace
}  // namespace app
