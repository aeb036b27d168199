#include "app/proxy/destinations.h"

#include "app/dial/gateway.h"
#include "base/text.h"
#include "call/switch.h"
#include "endpoint/overload.h"
#include "location/gateways.h"
#include "location/location_service.h"
#include "proxy/request_edit.h"

namespace app {

namespace {

using proxy::Target;
using Targets = std::vector<Target>;

/// False: a spend limit stops the call, which the variable spend_stopped says too.
bool may_call(dialplan::RequestExecution& execution, std::string_view number) {
  const auto& request = execution.forwarding().request();
  if (request.method() != sip::Method::invite || !endpoint::is_new(request)) return true;
  const auto account = call::payer_of(execution.variables(), execution.caller());
  if (execution.runtime().owner().may_spend(account, number, nullptr)) return true;
  execution.variables().set("spend_stopped", "true");
  return false;
}

/// The first of the flows is the way, the others are for when it fails.
void add(Targets& targets, sip::Uri uri, std::vector<endpoint::Flow> flows, std::vector<std::string> routes = {}) {
  if (flows.empty()) return;
  Target target;
  target.uri = std::move(uri);
  target.routes = std::move(routes);
  target.flow = flows.front();
  target.others.assign(std::make_move_iterator(flows.begin() + 1), std::make_move_iterator(flows.end()));
  targets.push_back(std::move(target));
}

base::Task<Targets> of_location(dialplan::RequestExecution& execution, std::string_view who) {
  Targets targets;
  auto& runtime = execution.runtime();
  if (!runtime.location()) co_return targets;
  const auto at = who.find('@');
  std::string user{who.substr(0, at)};
  if (user.empty()) user = execution.caller().destination_number;
  if (user.empty()) co_return targets;
  auto domain = execution.domain();
  if (at != std::string_view::npos && execution.profile().domain.empty()) domain = who.substr(at + 1);
  const auto bindings = co_await location::Lookup{*runtime.location(), std::move(user), std::move(domain)};
  targets.reserve(bindings.size());
  for (const auto& binding : bindings) {
    auto contact = binding.uri();
    if (!contact.is_sip()) continue;
    contact.clear_headers();
    Target target;
    target.uri = std::move(contact);
    target.routes = binding.routes();
    target.flow = binding.flow;
    target.q = binding.q;
    targets.push_back(std::move(target));
  }
  co_return targets;
}

base::Task<Targets> of_gateway(dialplan::RequestExecution& execution, std::string_view text) {
  Targets targets;
  auto& runtime = execution.runtime();
  const auto slash = text.find('/');
  const auto name = text.substr(0, slash);
  std::string number = slash == std::string_view::npos ? execution.caller().destination_number : std::string{text.substr(slash + 1)};
  const call::Profile* of = nullptr;
  const auto gateway = find_gateway(runtime.owner(), {}, name, of);
  const auto* status = runtime.gateways() ? runtime.gateways()->find(name) : nullptr;
  if (!gateway || of->points.empty() || !status || !status->up) co_return targets;
  if (!may_call(execution, number)) co_return targets;
  auto uri = gateway->proxy;
  uri.set_user(number);
  std::vector<std::string> routes;
  auto hop = uri;
  if (gateway->outbound_proxy) {
    hop = *gateway->outbound_proxy;
    auto route = hop;
    route.set_param("lr");
    routes.push_back("<" + std::string{route.text()} + ">");
  }
  add(targets, std::move(uri), co_await flows_to(runtime.owner(), of->points.front(), std::move(hop)), std::move(routes));
  co_return targets;
}

base::Task<Targets> of_uri(dialplan::RequestExecution& execution, std::string_view text) {
  Targets targets;
  auto& forwarding = execution.forwarding();
  auto uri = text.empty() ? sip::Uri{} : sip::Uri::parse(text).value_or(sip::Uri{});
  auto hop = uri.empty() ? proxy::next_hop(forwarding.request()) : uri;
  if (!hop.is_sip()) co_return targets;
  const auto called = uri.empty() ? sip::Uri::parse(forwarding.request().request_uri()).value_or(sip::Uri{}) : uri;
  if (!may_call(execution, called.user_decoded())) co_return targets;
  add(targets, std::move(uri), co_await flows_to(execution.runtime().owner(), forwarding.from().point, std::move(hop)));
  co_return targets;
}

}  // namespace

int status_without_target(const dialplan::RequestExecution& execution, int otherwise) {
  constexpr int forbidden = 403;
  return execution.variable("spend_stopped").empty() ? otherwise : forbidden;
}

base::Task<std::vector<proxy::Target>> targets_of(dialplan::RequestExecution& execution, std::string text) {
  constexpr std::string_view location = "location", gateway = "gateway/";
  const std::string_view what = base::trim(text);
  if (base::same(what, location)) co_return co_await of_location(execution, {});
  if (what.starts_with("location/")) co_return co_await of_location(execution, what.substr(location.size() + 1));
  if (what.starts_with(gateway)) co_return co_await of_gateway(execution, what.substr(gateway.size()));
  co_return co_await of_uri(execution, what);
}

}  // namespace app
