// app/proxy/set_header.cc - "set_header": a header of the request as it goes on.
#include "base/text.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  const auto equals = arguments.find('=');
  const auto name = base::trim(std::string_view{arguments}.substr(0, equals));
  if (equals == std::string::npos || name.empty()) co_return Outcome::bad_arguments;
  auto& request = execution.forwarding().request();
  const auto value = base::trim(std::string_view{arguments}.substr(equals + 1));
  if (value.empty()) request.remove(name);
  else request.set(name, value);
  co_return Outcome::next;
}

const Application application{{.name = "set_header",
                               .usage = "<name>=<value>",
                               .help = "Puts one header in place of all of that name; without a value they go.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
