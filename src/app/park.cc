// app/park.cc - "park": holds the call until somebody takes it, or until park_timeout.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

struct Limit {
  base::Duration after = std::chrono::hours{24 * 365};
  call::Cause cause = call::Cause::normal_clearing;
};

/// park_timeout=<seconds>[:<cause>]
Limit limit_of(std::string_view text) {
  Limit limit;
  const auto colon = text.find(':');
  const auto seconds = base::to_number<long>(text.substr(0, colon));
  if (!seconds || *seconds <= 0) return limit;
  limit.after = std::chrono::seconds{*seconds};
  if (colon != std::string_view::npos) limit.cause = call::parse_cause(text.substr(colon + 1));
  return limit;
}

base::Task<Outcome> run(Execution& execution, std::string) {
  auto& leg = execution.leg();
  const auto limit = limit_of(leg.variable("park_timeout"));
  const auto wake = co_await leg.pause(limit.after);
  if (wake == call::Wake::time) leg.hang_up(limit.cause);
  co_return leg.hung_up() ? Outcome::hung_up : Outcome::next;
}

const Application park{{.name = "park",
                        .usage = "",
                        .help = "Holds the call until it is transferred or hung up. park_timeout=<seconds>[:<cause>] ends it.",
                        .media = Media::required,
                        .run = run}};

}  // namespace
}  // namespace app
