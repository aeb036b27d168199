// app/set.cc - "set": Sets a channel variable; an empty value unsets it.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  dialplan::set(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "set",
                               .usage = "<name>=<value>",
                               .help = "Sets a channel variable; an empty value unsets it.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
