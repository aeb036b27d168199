// app/proxy/remove_header.cc - "remove_header": takes a header out of the request as it goes on.
#include "base/text.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  const auto name = base::trim(arguments);
  if (name.empty()) co_return Outcome::bad_arguments;
  execution.forwarding().request().remove(name);
  co_return Outcome::next;
}

const Application application{{.name = "remove_header",
                               .usage = "<name>",
                               .help = "Takes every header of that name out.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
