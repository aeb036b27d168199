// app/record.cc - "record": writes what the caller says to a file until a digit, silence or the limit.
#include <cmath>

#include "app/prompt.h"
#include "base/text.h"
#include "call/arguments.h"

namespace app {
namespace {

using namespace dialplan;

void set_results(call::Leg& leg, const call::Media::Recorded& recorded) {
  auto& variables = leg.variables();
  const auto ms = recorded.samples * 1'000 / recorded.rate_hz;
  variables.set("record_samples", std::to_string(recorded.samples));
  variables.set("record_ms", std::to_string(ms));
  variables.set("record_seconds", std::to_string(ms / 1'000));
  variables.set("silence_hits_exhausted", recorded.silence_exhausted ? "true" : "false");
}

/// A terminating digit, or '\0' when something else ended it. Interruption and hang-up end it too.
base::Task<char> wait_for_recording(call::Leg& leg, std::string terminators) {
  char used = '\0';
  while (leg.media().recording()) {
    while (const auto digit = leg.digits().take())
      if (used == '\0' && terminators.find(digit->digit) != std::string::npos) used = digit->digit;
    if (used != '\0') leg.media().stop_recording();
    const auto wake = co_await leg.wait();
    if (wake == call::Wake::hangup || wake == call::Wake::interrupted) {
      leg.media().stop_recording();
      break;
    }
  }
  co_return used;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  constexpr long silence_seconds_default = 3;
  auto& leg = execution.leg();
  const auto words = call::split_arguments(arguments);
  if (words.empty() || words[0].empty()) {
    leg.hang_up(call::Cause::destination_out_of_order);
    co_return Outcome::hung_up;
  }
  const auto number = [&](std::size_t i) -> long {
    if (i >= words.size()) return 0;
    std::string_view text = words[i];
    if (text.starts_with('+')) text.remove_prefix(1);
    return base::to_number<long>(text).value_or(0);
  };
  call::Media::RecordOptions options;
  if (number(1) > 0) options.limit = std::chrono::seconds{number(1)};
  options.silence_threshold = static_cast<std::uint32_t>(std::max(0L, number(2)));
  options.silence_limit = std::chrono::seconds{number(3) > 0 ? number(3) : silence_seconds_default};
  options.append = leg.variables().is_true("RECORD_APPEND");
  const auto rate = leg.variables().number("record_rate").value_or(0);
  options.rate_hz = rate > 0 ? static_cast<std::uint32_t>(rate) : leg.media().sample_rate_hz();

  leg.variables().unset("playback_terminator_used");
  leg.media().record(places(execution, words[0], options.rate_hz).front(), options);
  const char used = co_await wait_for_recording(leg, playback_terminators(leg));
  const auto recorded = leg.media().recorded();
  if (!recorded.failed) set_results(leg, recorded);
  if (used != '\0') leg.variables().set("playback_terminator_used", std::string_view{&used, 1});
  if (recorded.failed) {
    leg.log().error("record", "cannot write '{}'", words[0]);
    leg.hang_up(call::Cause::destination_out_of_order);
  }
  co_return leg.hung_up() ? Outcome::hung_up : Outcome::next;
}

const Application record{{.name = "record",
                          .usage = "<file> [<limit s> [<silence threshold> [<silence s>]]]",
                          .help = "Records the caller. A digit of playback_terminators (default *), silence or the limit "
                                  "ends it.",
                          .media = Media::required,
                          .run = run}};

}  // namespace
}  // namespace app
