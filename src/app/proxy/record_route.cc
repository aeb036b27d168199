// app/proxy/record_route.cc - "record_route": requests of the dialog to come pass through here (RFC 3261 section 16.6 step 4).
#include "base/text.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> on_request(RequestExecution& execution, std::string) {
  execution.forwarding().record_route();
  co_return Outcome::next;
}

const Application application{{.name = "record_route",
                               .usage = "",
                               .help = "Stays in the way of the dialog that the request may begin.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
