#include "app/dial/gateway.h"

#include "call/switch.h"
#include "dialplan/execution.h"
#include "endpoint/resolution.h"
#include "location/gateways.h"

namespace app {

using call::Cause;
using call::DialOutcome;

std::shared_ptr<const call::Gateway> find_gateway(call::Switch& owner, std::string_view profile, std::string_view name,
                                                  const call::Profile*& of) {
  for (const auto& each : owner.profiles()) {
    // A reload puts a profile's new state in front of its old one.
    if (owner.profile(each->name) != each.get() || (!profile.empty() && each->name != profile)) continue;
    for (const auto& gateway : each->gateways)
      if (gateway->name == name) {
        of = each.get();
        return gateway;
      }
  }
  return nullptr;
}

base::Task<std::vector<endpoint::Flow>> flows_to(call::Switch& owner, endpoint::PointId point, sip::Uri uri) {
  auto& endpoint = owner.endpoint();
  if (uri.ip() && !uri.has_param("maddr")) {
    std::vector<endpoint::Flow> one;
    if (auto flow = endpoint.flow_to(point, uri)) one.push_back(std::move(*flow));
    co_return one;
  }
  co_return co_await endpoint::Resolution{endpoint, point, std::move(uri)};
}

bool set_flows(call::DialTarget& target, std::vector<endpoint::Flow> flows) {
  if (flows.empty()) return false;
  target.flow = flows.front();
  // The offer of the call is made for one family of addresses.
  for (std::size_t i = 1; i < flows.size(); ++i)
    if (flows[i].remote.ip.family == target.flow.remote.ip.family) target.others.push_back(std::move(flows[i]));
  return true;
}

base::Task<DialOutcome> dial_gateway(call::DialRequest& request, std::string_view rest) {
  const auto slash = rest.find('/');
  auto name = rest.substr(0, slash);
  const auto number = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  std::string_view profile;
  if (const auto colons = name.find("::"); colons != std::string_view::npos) {
    profile = name.substr(0, colons);
    name.remove_prefix(colons + 2);
  }
  const call::Profile* of = nullptr;
  auto gateway = find_gateway(request.owner, profile, name, of);
  auto* gateways = dialplan::Runtime::of(request.owner).gateways();
  const auto* status = gateways ? gateways->find(name) : nullptr;
  if (!gateway || !status || of->points.empty()) co_return DialOutcome::failed(Cause::invalid_gateway);
  if (!status->up) co_return DialOutcome::failed(Cause::gateway_down);

  DialOutcome outcome;
  auto& target = outcome.targets.emplace_back();
  target.profile = of;
  const auto semicolon = number.find(';');
  std::string text = "sip:" + sip::escape_user(number.substr(0, semicolon)) + "@" + std::string{gateway->proxy.host()};
  if (const auto port = gateway->proxy.port()) text += ":" + std::to_string(*port);
  text += gateway->proxy.parameters();
  if (semicolon != std::string_view::npos) text += number.substr(semicolon);
  auto uri = sip::Uri::parse(text);
  if (!uri) co_return DialOutcome::failed(Cause::invalid_url);
  target.request_uri = std::move(*uri);
  target.destination = std::string{number.substr(0, semicolon)};
  sip::Uri next_hop = target.request_uri;
  if (gateway->outbound_proxy) {
    next_hop = *gateway->outbound_proxy;
    auto route = next_hop;
    if (!route.has_param("lr")) route.set_param("lr");
    target.routes.push_back("<" + std::string{route.text()} + ">");
  }
  target.gateway = std::move(gateway);
  auto flows = co_await flows_to(request.owner, of->points.front(), std::move(next_hop));
  constexpr int unreachable = 503;
  if (!set_flows(target, std::move(flows))) co_return DialOutcome::failed(Cause::normal_temporary_failure, unreachable);
  co_return outcome;
}

}  // namespace app
