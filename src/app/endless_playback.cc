// app/endless_playback.cc - "endless_playback": plays a sound again and again until the hang-up.
#include "app/prompt.h"
#include "base/text.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const std::string name{base::trim(arguments)};
  if (name.empty()) co_return Outcome::bad_arguments;
  for (;;) {
    const auto prompted = co_await play(execution, name, {});
    if (prompted.end != Prompted::End::played) co_return outcome_of(prompted);
    // An empty file would be played for ever without time passing.
    if (leg.media().played_samples() == 0) co_return Outcome::failed;
  }
}

const Application endless_playback{{.name = "endless_playback",
                                    .usage = "<file>",
                                    .help = "Plays a sound again and again; digits do not end it.",
                                    .media = Media::required,
                                    .run = run}};

}  // namespace
}  // namespace app
