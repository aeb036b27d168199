// app/sleep.cc - "sleep": holds the dialplan still for a while.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

/// Nobody sleeps longer than a day; more is a slip of the keyboard.
constexpr long milliseconds_max = 24L * 3600 * 1000;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const auto ms = base::to_number<long>(base::trim(arguments));
  if (!ms || *ms < 0 || *ms > milliseconds_max) co_return Outcome::bad_arguments;
  std::string terminators;
  if (leg.variables().is_true("sleep_eat_digits")) {
    terminators = leg.variable("playback_terminators");
    if (terminators.empty()) terminators = "*";
  }
  char digit = '\0';
  const auto wake = co_await leg.pause(std::chrono::milliseconds{*ms}, terminators, &digit);
  if (digit != '\0') leg.variables().set("playback_terminator_used", std::string_view{&digit, 1});
  co_return wake == call::Wake::hangup ? Outcome::hung_up : Outcome::next;
}

const Application sleep{{.name = "sleep",
                         .usage = "<milliseconds>",
                         .help = "Waits. With sleep_eat_digits=true digits pressed meanwhile are dropped and a playback "
                                 "terminator ends the wait.",
                         .media = Media::not_needed,
                         .run = run}};

}  // namespace
}  // namespace app
