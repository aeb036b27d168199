// app/dial/user.cc - "user/": calls a user of the directory by the dial string it has there.
//
// user/<id>[@<domain>]. The dial string sees dialed_user and dialed_domain; dial-var-* params and the user's variables
// are set on the new leg.
#include "base/text.h"
#include "call/dial_endpoint.h"
#include "call/switch.h"
#include "dialplan/execution.h"
#include "dialplan/expand.h"

namespace app {
namespace {

using call::Cause;
using call::DialOutcome;
using call::DialRequest;

/// For domains that say nothing: wherever the user is registered.
constexpr std::string_view default_dial_string = "${sofia_contact(*/${dialed_user}@${dialed_domain})}";
constexpr std::string_view leg_variable = "dial-var-";

/// As the caller would expand it, with two variables more.
std::string expanded(DialRequest& request, dialplan::Runtime& runtime, std::string_view text, const std::string& user,
                     const std::string& domain) {
  if (request.caller) {
    request.caller->variables().set("dialed_user", user);
    request.caller->variables().set("dialed_domain", domain);
  }
  call::Variables variables = request.caller ? request.caller->variables() : request.variables;
  call::CallerProfile nobody;
  variables.set("dialed_user", user);
  variables.set("dialed_domain", domain);
  dialplan::Session session{variables, request.caller ? request.caller->caller() : nobody, nullptr, nullptr, request.caller};
  auto context = runtime.context();
  context.session = &session;
  return dialplan::expand(text, context);
}

call::Variables leg_variables(const dialplan::User& user) {
  call::Variables variables = user.variables;
  user.params.for_each([&](std::string_view name, std::string_view value) {
    if (name.size() > leg_variable.size() && base::same(name.substr(0, leg_variable.size()), leg_variable))
      variables.set(name.substr(leg_variable.size()), value);
  });
  variables.set("presence_id", user.id + "@" + user.domain);
  return variables;
}

base::Task<DialOutcome> resolve(DialRequest& request) {
  auto& runtime = dialplan::Runtime::of(request.owner);
  const auto configuration = runtime.configuration();
  const auto at = request.rest.find('@');
  const std::string id = request.rest.substr(0, at);
  std::string domain = at == std::string::npos ? std::string{} : request.rest.substr(at + 1);
  if (domain.empty()) domain = runtime.globals().get("domain");
  if (domain.empty() && request.caller) domain = request.caller->variable("domain_name");
  const auto* user = configuration ? configuration->directory.find(id, domain) : nullptr;
  if (!user) co_return DialOutcome::failed(Cause::subscriber_absent);

  const auto own = user->dial_string();
  auto text = expanded(request, runtime, own.empty() ? default_dial_string : own, user->id, user->domain);
  if (base::trim(text).empty()) co_return DialOutcome::failed(Cause::mandatory_ie_missing);
  // A dial string that calls its own user would never end.
  if (base::lowered(text).find("user/" + base::lowered(request.rest)) != std::string::npos)
    co_return DialOutcome::failed(Cause::invalid_ie_contents);
  DialOutcome outcome;
  outcome.nested = std::move(text);
  outcome.variables = leg_variables(*user);
  co_return outcome;
}

const call::DialEndpoint user_endpoint{"user", resolve};

}  // namespace
}  // namespace app
