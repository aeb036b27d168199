// app/proxy/proxy.cc - "proxy": passes a request on and stays for its answers (RFC 3261 section 16).
//
// Destinations side by side with ',' and one group after another with '|'; contacts of one user by their q. A group is
// tried when nobody of the one before it has answered. Variables: call_timeout (seconds of ringing for each group),
// continue_on_fail (what comes behind `proxy` is done then; otherwise the best failure is the answer), proxy_recurse (the
// contacts of a 3xx are tried). Afterwards proxy_status has the best status, originate_disposition its cause.
#include <algorithm>

#include "app/proxy/destinations.h"
#include "base/text.h"
#include "call/cause.h"

namespace app {
namespace {

using namespace dialplan;
using proxy::Target;

/// Redirections followed for one request, one behind the other.
constexpr int redirections_max = 5;
constexpr int unavailable = 480, not_found = 404, no_such_transaction = 481;

base::Duration patience(const RequestExecution& execution) {
  return std::chrono::seconds{base::to_number<int>(execution.variable("call_timeout")).value_or(0)};
}

/// Those of the highest q together, then the next. True: somebody has answered, or nobody waits any more.
base::Task<bool> try_by_q(RequestExecution& execution, std::vector<Target> targets) {
  auto& forwarding = execution.forwarding();
  std::ranges::stable_sort(targets, std::greater{}, &Target::q);
  for (auto first = targets.begin(); first != targets.end();) {
    const auto last = std::find_if(first, targets.end(), [&](const Target& target) { return target.q != first->q; });
    std::vector<Target> group{std::make_move_iterator(first), std::make_move_iterator(last)};
    first = last;
    co_await forwarding.fork(std::move(group), patience(execution));
    if (forwarding.over() || forwarding.cancelled() || forwarding.best_status() >= 600) co_return true;
  }
  co_return false;
}

base::Task<std::vector<Target>> side_by_side(RequestExecution& execution, std::string_view group) {
  std::vector<Target> targets;
  for (const auto item : base::split(group, ',')) {
    auto found = co_await targets_of(execution, std::string{item});
    std::ranges::move(found, std::back_inserter(targets));
  }
  co_return targets;
}

/// RFC 3261 section 16.5: the contacts of a 3xx in place of who gave it.
base::Task<bool> recurse(RequestExecution& execution) {
  auto& forwarding = execution.forwarding();
  for (int i = 0; i < redirections_max; ++i) {
    std::vector<Target> targets;
    for (auto& contact : forwarding.best_contacts()) {
      auto found = co_await targets_of(execution, std::move(contact));
      std::ranges::move(found, std::back_inserter(targets));
    }
    if (targets.empty()) co_return false;
    const auto before = forwarding.best_contacts();
    if (co_await try_by_q(execution, std::move(targets))) co_return true;
    if (forwarding.best_contacts() == before) co_return false;
  }
  co_return false;
}

Outcome after_failure(RequestExecution& execution) {
  auto& forwarding = execution.forwarding();
  int status = forwarding.best_status();
  if (status == 0) {
    const auto& caller = execution.caller();
    const bool known = execution.runtime().configuration()->directory.find(caller.destination_number, execution.domain());
    status = status_without_target(execution, known ? unavailable : not_found);
  }
  const auto cause = call::cause_of_status(status);
  execution.variables().set("proxy_status", std::to_string(status));
  execution.variables().set("originate_disposition", call::name(cause));
  const auto list = execution.variable("continue_on_fail");
  if (base::is_true(list) || (!list.empty() && call::cause_listed(list, cause))) return Outcome::next;
  if (forwarding.best_status() == 0) forwarding.respond(status);
  return Outcome::hung_up;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  auto& forwarding = execution.forwarding();
  // Neither is anything by itself: the INVITE they belong to is not here.
  const auto method = forwarding.request().method();
  if (method == sip::Method::cancel || method == sip::Method::ack) {
    forwarding.respond(no_such_transaction);
    co_return Outcome::hung_up;
  }
  for (const auto group : base::split(arguments, '|')) {
    auto targets = co_await side_by_side(execution, group);
    if (co_await try_by_q(execution, std::move(targets))) co_return Outcome::hung_up;
  }
  if (base::is_true(execution.variable("proxy_recurse")) && co_await recurse(execution)) co_return Outcome::hung_up;
  co_return after_failure(execution);
}

const Application application{{.name = "proxy",
                               .usage = "[location|location/<user>[@<domain>]|gateway/<name>[/<number>]|<uri>][,...][|...]",
                               .help = "Passes the request on, side by side with ',' and one after another with '|'; without "
                                       "arguments to where it says.",
                               .media = Media::not_needed,
                               .on_request = on_request}};

}  // namespace
}  // namespace app
