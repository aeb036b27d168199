// app/unset.cc - "unset": Unsets a channel variable.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::unset(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "unset",
                               .usage = "<name>",
                               .help = "Unsets a channel variable.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
