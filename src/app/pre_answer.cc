// app/pre_answer.cc - "pre_answer": early media, 183 with our session description.
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run(Execution& execution, std::string) {
  co_return execution.leg().pre_answer() ? Outcome::next : Outcome::hung_up;
}

const Application pre_answer{{.name = "pre_answer",
                              .usage = "",
                              .help = "Opens early media (183 Session Progress) without answering.",
                              .media = Media::not_needed,
                              .run = run}};

}  // namespace
}  // namespace app
