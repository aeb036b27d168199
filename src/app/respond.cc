// app/respond.cc - "respond": a SIP status of the dialplan's own choice.
#include "base/text.h"
#include "dialplan/execution.h"
#include "dialplan/request_execution.h"

namespace app {
namespace {

using namespace dialplan;

/// 401 and 407 both challenge with 407, as the reference does; no credentials will be looked at by this leg, the
/// phone's next INVITE is a new call.
endpoint::Extra challenge_for(call::Leg& leg) {
  std::string realm{leg.variable("sip_challenge_realm")};
  if (realm.empty()) realm = leg.variable("sip_to_host");
  endpoint::Extra extra;
  extra.headers.emplace_back("Proxy-Authenticate", "Digest realm=\"" + realm + "\", nonce=\"" +
                                                       leg.shard().random().hex(32) + "\", algorithm=MD5, qop=\"auth\"");
  return extra;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const std::string_view text = base::trim(arguments);
  if (text.empty()) co_return Outcome::next;
  const auto space = text.find(' ');
  const auto code = base::to_number<int>(text.substr(0, space)).value_or(0);
  const auto phrase = space == std::string_view::npos ? std::string_view{} : base::trim(text.substr(space + 1));
  const int status = code >= 100 && code < 700 ? code : 488;

  if (leg.answered()) {
    if (status >= 400) leg.hang_up(call::cause_of_status(status));
    co_return leg.hung_up() ? Outcome::hung_up : Outcome::next;
  }
  // Provisional ones belong to ring_ready and pre_answer.
  if (status < 300) co_return Outcome::next;
  if (status < 400) {
    // A bare 302 holds its own text as Contact; with words behind it the reference sends nothing.
    if (status != 302 || !phrase.empty()) co_return Outcome::next;
    endpoint::Extra extra;
    extra.headers.emplace_back("Contact", "\"unknown\" <" + std::string{text} + ">");
    leg.respond(302, {}, call::Cause::normal_unspecified, extra);
    co_return Outcome::hung_up;
  }
  if (status == 401 || status == 407) {
    leg.respond(407, {}, status == 401 ? call::Cause::user_challenge : call::Cause::call_rejected, challenge_for(leg));
    co_return Outcome::hung_up;
  }
  leg.respond(status, phrase, call::cause_of_status(status));
  co_return Outcome::hung_up;
}

base::Task<Outcome> on_request(RequestExecution& execution, std::string arguments) {
  const std::string_view text = base::trim(arguments);
  const auto space = text.find(' ');
  const auto status = base::to_number<int>(text.substr(0, space)).value_or(0);
  if (status < 100 || status > 699) co_return Outcome::bad_arguments;
  execution.forwarding().respond(status, space == std::string_view::npos ? std::string_view{} : base::trim(text.substr(space + 1)));
  co_return status < 200 ? Outcome::next : Outcome::hung_up;
}

const Application respond{{.name = "respond",
                           .usage = "<code>[ <phrase>]",
                           .help = "Answers an unanswered call with a SIP status (486, \"503 Try later\"); ends an "
                                   "answered one with the matching cause.",
                           .media = Media::not_needed,
                           .run = run,
                           .on_request = on_request}};

}  // namespace
}  // namespace app
