// app/check_acl.cc - "check_acl": hangs up when an address is not in a list.
#include "call/arguments.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  if (dialplan::check_acl(execution.context(), arguments)) co_return Outcome::next;
  const auto words = call::split_arguments(arguments, ' ', 3);
  execution.leg().hang_up(words.size() > 2 ? call::parse_cause(words[2]) : call::Cause::call_rejected);
  co_return Outcome::hung_up;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  if (dialplan::check_acl(execution.context(), arguments)) co_return Outcome::next;
  constexpr int forbidden = 403;
  execution.forwarding().respond(forbidden);
  co_return Outcome::hung_up;
}

const Application check_acl{{.name = "check_acl",
                             .usage = "<ip> <list|network> [<cause>]",
                             .help = "Goes on when the address is in the list, else hangs up (CALL_REJECTED).",
                             .media = Media::not_needed,
                             .routing = Routing::safe,
                             .run = run,
                             .on_request = on_request}};

}  // namespace
}  // namespace app
