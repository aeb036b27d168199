// app/proxy/forward.cc - "forward": sends a request on and forgets it (RFC 3261 section 16.11).
#include "app/proxy/destinations.h"

namespace app {
namespace {

using namespace dialplan;

constexpr int not_found = 404;

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  const auto targets = co_await targets_of(execution, std::move(arguments));
  if (targets.empty()) execution.forwarding().respond(status_without_target(execution, not_found));
  else execution.forwarding().forward_stateless(targets.front());
  co_return Outcome::hung_up;
}

const Application application{{.name = "forward",
                               .usage = "[location|gateway/<name>[/<number>]|<uri>]",
                               .help = "Sends the request on without keeping anything of it; its answers find their way back. "
                                       "No forking, nothing tried again.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
