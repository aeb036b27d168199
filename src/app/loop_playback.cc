// app/loop_playback.cc - "loop_playback": plays a sound a number of times.
#include "app/prompt.h"
#include "base/text.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  std::string_view rest = base::trim(arguments);
  long times = 1;
  if (rest.starts_with('+')) {
    const auto blank = std::min(rest.find(' '), rest.size());
    times = base::to_number<long>(rest.substr(1, blank - 1)).value_or(1);
    rest = base::trim(rest.substr(blank));
  }
  if (rest.empty()) {
    leg.hang_up(call::Cause::destination_out_of_order);
    co_return Outcome::hung_up;
  }
  const std::string name{rest};
  leg.variables().unset("playback_terminator_used");
  Prompted prompted;
  for (long i = 0; times < 0 || i < times; ++i) {
    prompted = co_await play(execution, name, playback_terminators(leg));
    if (prompted.end != Prompted::End::played || leg.media().played_samples() == 0) break;
  }
  set_playback_results(leg, prompted);
  const bool found = prompted.end != Prompted::End::not_found;
  leg.variables().set("current_application_response", found ? "FILE PLAYED" : "FILE NOT FOUND");
  co_return outcome_of(prompted);
}

const Application loop_playback{{.name = "loop_playback",
                                 .usage = "[+<times>] <file>",
                                 .help = "Plays a sound so many times; a negative number: until the hang-up.",
                                 .media = Media::required,
                                 .run = run}};

}  // namespace
}  // namespace app
