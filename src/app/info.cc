// app/info.cc - "info": everything known about the leg, into the log.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string) {
  auto& leg = execution.leg();
  std::string text = "CHANNEL_DATA:\n";
  for (const auto field : call::CallerProfile::field_names())
    if (const auto value = leg.caller().field(field); value && !value->empty())
      text.append("Caller-").append(field).append(": [").append(*value).append("]\n");
  leg.variables().for_each([&](std::string_view name, std::string_view value) {
    text.append("variable_").append(name).append(": [").append(value).append("]\n");
  });
  leg.log().info("dialplan", "{}", text);
  co_return Outcome::next;
}

const Application info{{.name = "info",
                        .usage = "",
                        .help = "Writes profile and variables of the leg to the log.",
                        .media = Media::not_needed,
                        .routing = Routing::safe,
                        .run = run}};

}  // namespace
}  // namespace app
