// app/multiunset.cc - "multiunset": Unsets several channel variables.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::multiunset(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "multiunset",
                               .usage = "[^^<delimiter>]<name> <name> ...",
                               .help = "Unsets several channel variables.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
