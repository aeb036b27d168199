// app/deflect.cc - "deflect": asks an answered caller's phone to call somebody else, with REFER.
#include "base/text.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using namespace dialplan;

/// How long an answer, and after that the reply and the news about the new call, are waited for.
constexpr base::Duration patience = std::chrono::seconds{10};

/// "user" becomes sip:user@<our address>; a URI gets its brackets.
std::string refer_to(call::Leg& leg, std::string_view target) {
  std::string uri{target};
  if (target.find(':') == std::string_view::npos) {
    auto own = leg.owner().endpoint().contact(leg.session()->flow(), target);
    own.clear_params();
    uri = own.text();
  }
  return uri.find('<') == std::string::npos ? "<" + uri + ">" : uri;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const auto target = base::trim(arguments);
  if (target.empty()) co_return Outcome::bad_arguments;
  auto& variables = leg.variables();
  for (const auto* name : {"sip_refer_reply", "sip_refer_status_code", "sip_refer_response"}) variables.unset(name);
  const base::Time answered_by = leg.shard().now() + patience;
  while (leg.alive() && !leg.answered() && leg.shard().now() < answered_by)
    if (const auto wake = co_await leg.wait_until(answered_by); wake == call::Wake::hangup || wake == call::Wake::interrupted) break;
  if (leg.hung_up()) co_return Outcome::hung_up;
  if (!leg.session() || !leg.answered() || !leg.refer(refer_to(leg, target))) {
    leg.log().warn("deflect", "only an answered caller can be sent elsewhere with REFER");
    co_return Outcome::next;
  }
  const base::Time end = leg.shard().now() + patience;
  const auto told = [&variables] {
    const auto status = variables.number("sip_refer_status_code").value_or(0);
    const auto response = variables.number("sip_refer_response").value_or(0);
    return status >= 200 || response >= 300;
  };
  while (leg.alive() && !told() && leg.shard().now() < end)
    if (const auto wake = co_await leg.wait_until(end); wake == call::Wake::hangup || wake == call::Wake::interrupted) break;
  if (leg.hung_up()) co_return Outcome::hung_up;
  if (variables.is_true("sip_refer_continue_after_reply")) co_return Outcome::next;
  leg.hang_up(call::Cause::blind_transfer);
  co_return Outcome::hung_up;
}

const Application deflect{{.name = "deflect",
                           .usage = "<sip uri or user>",
                           .help = "Sends REFER to an answered caller, so that its phone calls that address; then hangs up. The "
                                   "outcome is in sip_refer_status_code and sip_refer_reply.",
                           .media = Media::not_needed,
                           .run = run}};

}  // namespace
}  // namespace app
