// app/ring_ready.cc - "ring_ready": 180 Ringing, or 182 Queued.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  constexpr int ringing = 180, queued = 182;
  execution.leg().ring_ready(base::same(arguments, "queued") ? queued : ringing);
  co_return Outcome::next;
}

const Application ring_ready{{.name = "ring_ready",
                              .usage = "[queued]",
                              .help = "Tells the caller that it rings (180), or that the call is queued (182).",
                              .media = Media::not_needed,
                              .run = run}};

}  // namespace
}  // namespace app
