// app/start_dtmf.cc - "start_dtmf" and "stop_dtmf": hear digits in the sound, for peers that send no events.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run_start(Execution& execution, std::string) {
  execution.leg().media().detect_tones(true);
  co_return Outcome::next;
}

base::Task<Outcome> run_stop(Execution& execution, std::string) {
  execution.leg().media().detect_tones(false);
  co_return Outcome::next;
}

const Application start_dtmf{{.name = "start_dtmf",
                              .usage = "",
                              .help = "Hears DTMF tones in the caller's audio.",
                              .media = Media::required,
                              .run = run_start}};
const Application stop_dtmf{{.name = "stop_dtmf",
                             .usage = "",
                             .help = "Ends start_dtmf.",
                             .media = Media::not_needed,
                             .run = run_stop}};

}  // namespace
}  // namespace app
