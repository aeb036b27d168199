// app/answer.cc - "answer": 200 OK with our session description. A no-op when answered.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string) {
  co_return execution.leg().answer() ? Outcome::next : Outcome::hung_up;
}

const Application answer{{.name = "answer",
                          .usage = "",
                          .help = "Answers the call (200 OK). Does nothing when it is answered already.",
                          .media = Media::not_needed,
                          .run = run}};

}  // namespace
}  // namespace app
