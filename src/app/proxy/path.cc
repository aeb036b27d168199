// app/proxy/path.cc - "path": what is registered by way of us is reached by way of us (RFC 3327).
#include "base/text.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> on_request(RequestExecution& execution, std::string) {
  execution.forwarding().add_path();
  co_return Outcome::next;
}

const Application application{{.name = "path",
                               .usage = "",
                               .help = "Adds a Path to a REGISTER that is passed on: calls come back through here, over the same flow.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
