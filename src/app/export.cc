// app/export.cc - "export": Sets a variable on this leg and on every leg it bridges to.
#include "dialplan/execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  export_variable(execution.context(), arguments);
  co_return Outcome::next;
}

const Application application{{.name = "export",
                               .usage = "[nolocal:]<name>=<value>",
                               .help = "Sets a variable on this leg and on every leg it bridges to.",
                               .media = Media::not_needed,
                               .routing = Routing::safe,
                               .run = run}};

}  // namespace
}  // namespace app
