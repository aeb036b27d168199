// app/queue_dtmf.cc - "queue_dtmf" and "flush_dtmf": digits as if the caller had pressed them, and forgetting those.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

base::Task<Outcome> run_queue(Execution& execution, std::string arguments) {
  constexpr long duration_default_ms = 250;
  const auto text = base::trim(arguments);
  const auto at = std::min(text.find('@'), text.size());
  const auto ms = base::to_number<long>(text.substr(std::min(at + 1, text.size()))).value_or(duration_default_ms);
  for (const char digit : text.substr(0, at))
    if (call::is_dtmf(digit)) execution.leg().receive_digit(digit, std::chrono::milliseconds{ms});
  co_return Outcome::next;
}

base::Task<Outcome> run_flush(Execution& execution, std::string) {
  execution.leg().digits().flush();
  co_return Outcome::next;
}

const Application queue_dtmf{{.name = "queue_dtmf",
                              .usage = "<digits>[@<ms>]",
                              .help = "Puts digits into the queue, as if the caller had pressed them.",
                              .media = Media::not_needed,
                              .run = run_queue}};
const Application flush_dtmf{{.name = "flush_dtmf",
                              .usage = "",
                              .help = "Forgets the digits that were pressed and not used.",
                              .media = Media::not_needed,
                              .run = run_flush}};

}  // namespace
}  // namespace app
