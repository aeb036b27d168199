// app/unshift.cc - "unshift": Puts a value in front of an array variable.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::unshift(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "unshift",
                               .usage = "<name>=<value>",
                               .help = "Puts a value in front of an array variable.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
