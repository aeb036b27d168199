// app/set_profile_var.cc - "set_profile_var": Changes a field of the caller profile.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::set_profile_var(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "set_profile_var",
                               .usage = "<field>=<value>",
                               .help = "Changes a field of the caller profile.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
