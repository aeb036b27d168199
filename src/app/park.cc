// app/park.cc - "park": holds the call until somebody takes it, or until park_timeout.
#include "app/park.h"

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

base::Task<Outcome> run(Execution& execution, std::string) { return park(execution); }

const Application park_application{{.name = "park",
                        .usage = "",
                        .help = "Holds the call until it is transferred or hung up. park_timeout=<seconds>[:<cause>] ends it.",
                        .media = Media::not_needed,
                        .run = run}};

}  // namespace

base::Task<dialplan::Outcome> park(dialplan::Execution& execution) {
  auto& leg = execution.leg();
  const auto limit = limit_of(leg.variable("park_timeout"));
  const auto wake = co_await leg.pause(limit.after);
  if (wake == call::Wake::time) leg.hang_up(limit.cause);
  co_return leg.hung_up() ? dialplan::Outcome::hung_up : dialplan::Outcome::next;
}

}  // namespace app
