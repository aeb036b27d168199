// app/dial/sofia.cc - "sofia/": calls over SIP, to an address or to wherever a user is registered.
//
//   sofia/<profile>/<user>@<host>[:<port>][;<params>][^<to>]     straight there; ;fs_path=<uri> goes through a proxy
//   sofia/<profile>/<user>%<domain>, sofia/<profile>/<user>      the contacts registered with that profile
//   sofia/*/<user>@<domain>                                      ... with any profile
//   sofia/gateway/<name>/<number>                                with a provider's account: gateway.h
#include <algorithm>

#include "app/dial/gateway.h"
#include "base/text.h"
#include "call/dial_endpoint.h"
#include "call/switch.h"
#include "dialplan/execution.h"
#include "location/location_service.h"
#include "sip/caller_preferences.h"
#include "sip/grammar.h"

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
  target.to_phone = true;
  return target;
}

/// What the caller wants of the phone it reaches (RFC 3841): of the dial string, else of its own INVITE.
struct Wishes {
  std::vector<sip::AcceptContact> accept;
  std::vector<sip::RejectContact> reject;
  bool no_fork = false;

  explicit Wishes(const DialRequest& request) {
    const auto wish = [&](std::string_view variable) {
      const auto own = request.variables.get(variable);
      return own.empty() && request.caller ? request.caller->variable(variable) : own;
    };
    read(wish("sip_h_Accept-Contact"), accept);
    read(wish("sip_h_Reject-Contact"), reject);
    for (const auto directive : base::split(wish("sip_h_Request-Disposition"), ','))
      no_fork |= base::same(base::trim(directive), "no-fork");
  }

  /// Who is not to be called goes; the others come by q, and those of equal q by how well they suit.
  std::vector<location::Binding> chosen(std::vector<location::Binding> bindings) const {
    if (accept.empty() && reject.empty()) return bindings;
    std::vector<std::pair<int, location::Binding>> scored;
    for (auto& binding : bindings)
      if (const auto score = sip::preference_of(binding.parsed_contact().params, accept, reject))
        scored.emplace_back(*score, std::move(binding));
    std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) {
      return std::pair{a.second.q, a.first} > std::pair{b.second.q, b.first};
    });
    std::vector<location::Binding> best;
    best.reserve(scored.size());
    for (auto& [score, binding] : scored) best.push_back(std::move(binding));
    return best;
  }

 private:
  /// A list; what is no preference is left out.
  template <class H>
  static void read(std::string_view text, std::vector<H>& into) {
    sip::grammar::each_in_list(text, [&](std::string_view item) {
      base::Cursor in{item};
      if (auto parsed = H::parse(in)) into.push_back(std::move(*parsed));
    });
  }
};

/// All contacts ring at once, highest q first; with no-fork the first alone.
base::Task<DialOutcome> to_registered(DialRequest& request, dialplan::Runtime& runtime, std::string user,
                                      std::string domain, const call::Profile* wanted) {
  if (!runtime.location() || user.empty()) co_return DialOutcome::failed(Cause::user_not_registered);
  // Aliases of a domain are one domain to the registrar.
  if (runtime.configuration())
    if (const auto* known = runtime.configuration()->directory.domain(domain)) domain = known->name;
  const Wishes wishes{request};
  auto bindings = co_await location::Lookup{*runtime.location(), user, domain};
  const bool registered = !bindings.empty();
  bindings = wishes.chosen(std::move(bindings));
  DialOutcome outcome;
  for (const auto& binding : bindings) {
    if (wishes.no_fork && !outcome.targets.empty()) break;
    auto target = target_of(request.owner, binding, wanted);
    if (!target) continue;
    // A domain that is an IPv6 address stands in brackets in a URI, whatever the directory calls it.
    const auto ip = base::Ip::parse(domain);
    target->to = sip::Uri::sip(user, ip ? ip->host() : domain).text();
    target->destination = user;
    outcome.targets.push_back(std::move(*target));
  }
  constexpr int unavailable = 480;  // there are phones, but none the caller wants
  if (registered && bindings.empty()) co_return DialOutcome::failed(Cause::no_user_response, unavailable);
  constexpr int cannot_tell = 503;  // what was kept is not back from the database yet
  if (bindings.empty() && !runtime.location()->is_complete())
    co_return DialOutcome::failed(Cause::normal_temporary_failure, cannot_tell);
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
  const auto path = uri.param("fs_path");
  const std::string proxy = path ? sip::unescape(*path).value_or(std::string{}) : profile.outbound_proxy;
  if (path || !proxy.empty()) {
    next_hop = parse_uri(proxy);
    if (next_hop.empty()) co_return DialOutcome::failed(Cause::invalid_url);
    uri.remove_param("fs_path");
    auto route = next_hop;
    if (!route.has_param("lr")) route.set_param("lr");
    target.routes.push_back("<" + route.text() + ">");
  }
  auto flows = co_await flows_to(request.owner, profile.points.front(), next_hop);
  constexpr int unreachable = 503;  // RFC 3261 section 8.1.3.1
  if (!set_flows(target, std::move(flows))) co_return DialOutcome::failed(Cause::normal_temporary_failure, unreachable);
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
  if (base::same(name, "gateway")) co_return co_await dial_gateway(request, destination);

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
