// app/gentones.cc - "gentones": plays tones written in TGML.
#include "app/prompt.h"
#include "base/text.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  std::string_view tones = base::trim(arguments);
  std::string loops;
  if (const auto bar = tones.rfind('|'); bar != std::string_view::npos) {
    loops = base::trim(tones.substr(bar + 1));
    tones = tones.substr(0, bar);
  }
  if (tones.empty() || (!loops.empty() && !base::to_number<int>(loops))) co_return Outcome::bad_arguments;
  leg.variables().unset("playback_terminator_used");
  std::string name = "tone_stream://" + std::string{tones};
  if (!loops.empty()) name += ";loops=" + loops;
  const auto prompted = co_await play(execution, std::move(name), playback_terminators(leg));
  set_playback_results(leg, prompted);
  if (prompted.end == Prompted::End::not_found) co_return Outcome::bad_arguments;
  co_return outcome_of(prompted);
}

const Application gentones{{.name = "gentones",
                            .usage = "<tones>[|<loops>]",
                            .help = "Plays tones, for instance %(500,500,440); a negative number of loops: for ever.",
                            .media = Media::required,
                            .run = run}};

}  // namespace
}  // namespace app
