// app/hangup.cc - "hangup": ends the call with a cause.
#include "base/text.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  const auto cause = arguments.empty() ? call::Cause::normal_clearing : call::parse_cause(base::trim(arguments));
  execution.leg().hang_up(cause);
  co_return Outcome::hung_up;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  execution.forwarding().respond(call::sip_status(call::parse_cause(base::trim(arguments))));
  co_return Outcome::hung_up;
}

const Application hangup{{.name = "hangup",
                          .usage = "[<cause>]",
                          .help = "Hangs up. The cause is a name (USER_BUSY) or a Q.850 number; NORMAL_CLEARING otherwise.",
                          .media = Media::not_needed,
                          .run = run,
                          .on_request = on_request}};

}  // namespace
}  // namespace app
