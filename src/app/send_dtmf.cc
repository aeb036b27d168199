// app/send_dtmf.cc - "send_dtmf": presses keys towards the peer.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

constexpr std::size_t digits_max = 99;
constexpr long duration_default_ms = 250, duration_min_ms = 50, duration_max_ms = 24'000;

void send_by_info(call::Leg& leg, std::string_view digits, long ms) {
  for (const char digit : digits) {
    if (!call::is_dtmf(digit) || !leg.session()) continue;
    leg.session()->info({{},
                         "application/dtmf-relay",
                         "Signal=" + std::string(1, digit) + "\r\nDuration=" + std::to_string(ms) + "\r\n"});
  }
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  std::string_view text = base::trim(arguments);
  if (text.starts_with('~')) text.remove_prefix(1);  // "not seen by hooks": there are none on what we send
  if (text.empty()) co_return Outcome::bad_arguments;
  auto type = leg.variable("dtmf_type");
  if (type.empty()) type = leg.profile_of_sip().dtmf_type;
  if (base::same(type, "none")) co_return Outcome::next;
  std::size_t left = digits_max;
  for (const auto part : base::split(text, '+')) {
    const auto at = std::min(part.find('@'), part.size());
    const auto digits = part.substr(0, std::min(at, left));
    left -= digits.size();
    const auto ms = std::clamp(base::to_number<long>(part.substr(std::min(at + 1, part.size()))).value_or(duration_default_ms),
                               duration_min_ms, duration_max_ms);
    if (base::same(type, "info")) send_by_info(leg, digits, ms);
    else leg.media().send_digits(digits, std::chrono::milliseconds{ms});
  }
  co_return Outcome::next;
}

const Application send_dtmf{{.name = "send_dtmf",
                             .usage = "<digits>[@<ms>][+<digits>[@<ms>]...]",
                             .help = "Presses keys towards the peer; w waits half a second, W one.",
                             .media = Media::required,
                             .run = run}};

}  // namespace
}  // namespace app
