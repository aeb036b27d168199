// app/dial/sofia.cc - "sofia/": calls over SIP, to an address or to wherever a user is registered.
//
//   sofia/<profile>/<user>@<host>[:<port>][;<params>][^<to>]     straight there; ;fs_path=<uri> goes through a proxy
//   sofia/<profile>/<user>%<domain>, sofia/<profile>/<user>      the contacts registered with that profile
//   sofia/*/<user>@<domain>                                      ... with any profile
//   sofia/gateway/<name>/<number>                                no gateway is configured yet: INVALID_GATEWAY
#include "base/text.h"
#include "call/dial_endpoint.h"
#include "call/switch.h"
#include "dialplan/execution.h"
#include "endpoint/resolution.h"
#include "location/location_service.h"

namespace app {
namespace {

using call::Cause;
using call::DialOutcome;
using call::DialRequest;
using call::DialTarget;

/// By name, alias, or a domain the profile answers for (<domain name="all" alias="true"/>).
const call::Profile* find_profile(DialRequest& request, dialplan::Runtime& runtime, std::string_view name) {
  if (const auto* profile = request.owner.profile(name)) return profile;
  const auto& configuration = runtime.configuration();
  if (!configuration) return nullptr;
  if (const auto* alias = configuration->profile(name)) return request.owner.profile(alias->name);
  if (!configuration->directory.domain(name)) return nullptr;
  for (const auto& profile : configuration->profiles)
    for (const auto& domain : profile.domains)
      if (domain.alias && (base::same(domain.name, name) || base::same(domain.name, "all")))
        return request.owner.profile(profile.name);
  return nullptr;
}

/// "sip:" in front of what has no scheme.
sip::Uri parse_uri(std::string_view text) {
  const bool named = base::same(text.substr(0, 4), "sip:") || base::same(text.substr(0, 5), "sips:");
  return sip::Uri::parse(named ? std::string{text} : "sip:" + std::string{text}).value_or(sip::Uri{});
}

/// Where requests for `uri` go, best first. Who is called by address waits for nobody.
base::Task<std::vector<endpoint::Flow>> flows_to(call::Switch& owner, endpoint::PointId point, sip::Uri uri) {
  auto& endpoint = owner.endpoint();
  if (uri.ip() && !uri.has_param("maddr")) {
    std::vector<endpoint::Flow> one;
    if (auto flow = endpoint.flow_to(point, uri)) one.push_back(std::move(*flow));
    co_return one;
  }
  co_return co_await endpoint::Resolution{endpoint, point, std::move(uri)};
}

/// A binding as something to call; nullopt for what is no SIP URI, or belongs to another profile.
std::optional<DialTarget> target_of(call::Switch& owner, const location::Binding& binding, const call::Profile* wanted) {
  DialTarget target;
  target.profile = owner.profile_of(binding.flow.point);
  if (!target.profile || (wanted && target.profile->name != wanted->name)) return std::nullopt;
  target.request_uri = binding.uri();
  if (!target.request_uri.is_sip()) return std::nullopt;
  target.request_uri.clear_headers();
  target.flow = binding.flow;
  target.routes = binding.routes();
  return target;
}

/// All contacts ring at once, highest q first.
base::Task<DialOutcome> to_registered(DialRequest& request, dialplan::Runtime& runtime, std::string user,
                                      std::string domain, const call::Profile* wanted) {
  if (!runtime.location() || user.empty()) co_return DialOutcome::failed(Cause::user_not_registered);
  // Aliases of a domain are one domain to the registrar.
  if (runtime.configuration())
    if (const auto* known = runtime.configuration()->directory.domain(domain)) domain = known->name;
  const auto bindings = co_await location::Lookup{*runtime.location(), user, domain};
  DialOutcome outcome;
  for (const auto& binding : bindings) {
    auto target = target_of(request.owner, binding, wanted);
    if (!target) continue;
    // A domain that is an IPv6 address stands in brackets in a URI, whatever the directory calls it.
    const auto ip = base::Ip::parse(domain);
    target->to = sip::Uri::sip(user, ip ? ip->host() : domain).text();
    target->destination = user;
    outcome.targets.push_back(std::move(*target));
  }
  if (outcome.targets.empty()) co_return DialOutcome::failed(Cause::user_not_registered);
  co_return outcome;
}

base::Task<DialOutcome> to_address(DialRequest& request, const call::Profile& profile, std::string_view text) {
  DialTarget target;
  target.profile = &profile;
  // user@host^to: what To says instead of the request URI.
  if (const auto caret = text.find('^'); caret != std::string_view::npos) {
    const auto to = parse_uri(text.substr(caret + 1));
    if (to.empty()) co_return DialOutcome::failed(Cause::invalid_url);
    target.to = to.text();
    text = text.substr(0, caret);
  }
  auto uri = parse_uri(text);
  if (uri.empty() || profile.points.empty()) co_return DialOutcome::failed(Cause::invalid_url);
  auto next_hop = uri;
  if (const auto path = uri.param("fs_path")) {
    next_hop = parse_uri(sip::unescape(*path).value_or(std::string{}));
    if (next_hop.empty()) co_return DialOutcome::failed(Cause::invalid_url);
    uri.remove_param("fs_path");
    auto route = next_hop;
    if (!route.has_param("lr")) route.set_param("lr");
    target.routes.push_back("<" + route.text() + ">");
  }
  auto flows = co_await flows_to(request.owner, profile.points.front(), next_hop);
  constexpr int unreachable = 503;  // RFC 3261 section 8.1.3.1
  if (flows.empty()) co_return DialOutcome::failed(Cause::normal_temporary_failure, unreachable);
  target.flow = flows.front();
  // The offer of the call is made for one family of addresses.
  for (std::size_t i = 1; i < flows.size(); ++i)
    if (flows[i].remote.ip.family == target.flow.remote.ip.family) target.others.push_back(std::move(flows[i]));
  target.destination = uri.user_decoded();
  target.request_uri = std::move(uri);
  DialOutcome outcome;
  outcome.targets.push_back(std::move(target));
  co_return outcome;
}

base::Task<DialOutcome> resolve(DialRequest& request) {
  auto& runtime = dialplan::Runtime::of(request.owner);
  const std::string_view rest = request.rest;
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) co_return DialOutcome::failed(Cause::invalid_url);
  const auto name = rest.substr(0, slash);
  const auto destination = rest.substr(slash + 1);
  if (base::same(name, "gateway")) co_return DialOutcome::failed(Cause::invalid_gateway);

  const bool any = name == "*";
  const auto* profile = any ? nullptr : find_profile(request, runtime, name);
  if (!any && !profile) co_return DialOutcome::failed(Cause::invalid_profile);
  const auto mark = destination.find_first_of(any ? "%@" : "%");
  if (mark != std::string_view::npos && destination.substr(0, mark).find('@') == std::string_view::npos)
    co_return co_await to_registered(request, runtime, std::string{destination.substr(0, mark)},
                                     std::string{destination.substr(mark + 1)}, profile);
  if (!any && destination.find('@') != std::string_view::npos) co_return co_await to_address(request, *profile, destination);
  std::string domain = profile ? profile->domain : std::string{};
  if (domain.empty()) domain = std::string{runtime.globals().get("domain")};
  co_return co_await to_registered(request, runtime, std::string{destination}, std::move(domain), profile);
}

const call::DialEndpoint sofia{"sofia", resolve};

}  // namespace
}  // namespace app
