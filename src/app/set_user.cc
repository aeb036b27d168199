// app/set_user.cc - "set_user": takes over the variables of a user of the directory.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  if (!dialplan::set_user(execution.context(), arguments))
    execution.leg().log().error("dialplan", "set_user: there is no user {}", arguments);
  co_return Outcome::next;
}

const Application set_user{{.name = "set_user",
                            .usage = "<user>@<domain> [<prefix>]",
                            .help = "Sets the directory variables of a user on this leg.",
                            .media = Media::not_needed,
                            .routing = Routing::safe,
                            .run = run}};

}  // namespace
}  // namespace app
