// app/strftime.cc - "strftime": Stores the local time in a variable.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::strftime(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "strftime",
                               .usage = "<name>=<format>",
                               .help = "Stores the local time in a variable.",
                               .media = Media::not_needed,
                               .routing = Routing::unsafe,
                               .run = run}};

}  // namespace
}  // namespace app
