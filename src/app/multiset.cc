// app/multiset.cc - "multiset": Sets several channel variables.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::multiset(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "multiset",
                               .usage = "[^^<delimiter>]<name>=<value> <name>=<value> ...",
                               .help = "Sets several channel variables.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
