// app/push.cc - "push": Appends to an array variable.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::push(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "push",
                               .usage = "<name>=<value>",
                               .help = "Appends to an array variable.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
