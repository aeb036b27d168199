// app/echo.cc - "echo" and "delay_echo": the caller hears himself until the hang-up.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> echo_until_over(call::Leg& leg, base::Duration delay) {
  leg.media().echo(delay);
  for (;;) {
    const auto wake = co_await leg.wait();
    leg.digits().flush();
    if (wake != call::Wake::hangup && wake != call::Wake::interrupted) continue;
    leg.media().stop_echo();
    co_return wake == call::Wake::hangup ? Outcome::hung_up : Outcome::next;
  }
}

base::Task<Outcome> run_echo(Execution& execution, std::string) {
  co_return co_await echo_until_over(execution.leg(), base::Duration{0});
}

base::Task<Outcome> run_delay_echo(Execution& execution, std::string arguments) {
  constexpr long default_ms = 1'000, max_ms = 30'000;
  auto ms = base::to_number<long>(base::trim(arguments)).value_or(default_ms);
  if (ms < 1 || ms > max_ms) ms = default_ms;
  co_return co_await echo_until_over(execution.leg(), std::chrono::milliseconds{ms});
}

const Application echo{{.name = "echo",
                        .usage = "",
                        .help = "Sends back what comes in.",
                        .media = Media::required,
                        .run = run_echo}};
const Application delay_echo{{.name = "delay_echo",
                              .usage = "<ms>",
                              .help = "Sends back what comes in, so many milliseconds later (default 1000, at most 30000).",
                              .media = Media::required,
                              .run = run_delay_echo}};

}  // namespace
}  // namespace app
