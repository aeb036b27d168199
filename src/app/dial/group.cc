// app/dial/group.cc - "group/": calls the users of a group: group/<name>[@<domain>][+A|+F|+E], as ${group_call()} says.
#include "call/dial_endpoint.h"
#include "call/switch.h"
#include "dialplan/execution.h"

namespace app {
namespace {

using call::DialOutcome;

base::Task<DialOutcome> resolve(call::DialRequest& request) {
  auto& runtime = dialplan::Runtime::of(request.owner);
  const auto configuration = runtime.configuration();
  std::string_view rest = request.rest;
  char order = 'A';
  if (const auto plus = rest.rfind('+'); plus != std::string_view::npos && plus + 2 == rest.size()) {
    order = rest[plus + 1];
    rest = rest.substr(0, plus);
  }
  const auto at = rest.find('@');
  std::string domain{at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1)};
  if (domain.empty() && request.caller) domain = request.caller->variable("domain_name");
  if (domain.empty()) domain = runtime.globals().get("domain");
  if (!configuration) co_return DialOutcome::failed(call::Cause::no_route_destination);
  DialOutcome outcome;
  outcome.nested = dialplan::group_call(configuration->directory, rest.substr(0, at), domain, order);
  co_return outcome;
}

const call::DialEndpoint group{"group", resolve};

}  // namespace
}  // namespace app
