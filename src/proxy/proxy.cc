#include "proxy/proxy.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/metrics.h"
#include "endpoint/resolution.h"
#include "endpoint/top_via.h"
#include "proxy/request_edit.h"
#include "sip/header/from.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace proxy {

namespace {

const base::metrics::Counter requests_forwarded{"ahoy_proxy_requests_total", "Requests that the proxy passed on"};
const base::metrics::Counter stateless_forwarded{"ahoy_proxy_stateless_total", "Messages passed on without state"};
const base::metrics::Gauge alive_now{"ahoy_proxy_forwardings", "Requests that are passing through the proxy"};

constexpr int too_many_hops = 483, loop_detected = 482, bad_extension = 420, unavailable = 503;

/// What a branch of a stateless hop looks like: the cookie, this, and a seal.
constexpr std::string_view stateless_prefix = "z9hG4bK0s";

bool is_inside_dialog(const sip::Message& request) {
  const auto to = request.get<sip::To>();
  return to && to->params.has("tag");
}

}  // namespace

Proxy::Proxy(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, Router& router, const base::HashKey& key)
    : endpoint_{endpoint}, authenticator_{authenticator}, router_{router}, tokens_{key}, key_{key} {
  endpoint_.set_front(this);
}

Proxy::~Proxy() {
  *alive_ = false;
  endpoint_.set_front(nullptr);
  alive_now.remove(static_cast<std::int64_t>(forwardings_.size()));
}

// --- URIs that come back -------------------------------------------------------------------------------------

sip::Uri Proxy::route_uri(FlowTokens::Kind kind, const sip::Message& request, const endpoint::Flow& side,
                          bool by_flow) const {
  const auto token = tokens_.record_route(kind, request.text_of("Call-ID").value_or(""), by_flow ? &side : nullptr);
  auto uri = endpoint_.contact(side, token, request.request_uri().starts_with("sips:"));
  uri.set_param("lr");
  return uri;
}

sip::Uri Proxy::path_uri(const endpoint::Flow& flow) const {
  auto uri = endpoint_.contact(flow, tokens_.path(flow));
  uri.set_param("lr");
  uri.set_param("ob");
  return uri;
}

/// Section 16.4: what brought the request here is done with. Of several of ours (the sides of a double Record-Route) the
/// last says where it goes.
Proxy::OwnRoutes Proxy::take_own_routes(sip::Message& request) const {
  OwnRoutes own;
  const auto call_id = request.text_of("Call-ID").value_or("");
  for (auto top = request.get<sip::Route>(); top && endpoint_.transports().is_own(top->uri); top = request.get<sip::Route>()) {
    const auto opened = tokens_.open(top->uri.user(), call_id);
    own.any = true;
    if (opened) {
      own.path |= opened->kind == FlowTokens::Kind::path;
      own.stateless |= opened->kind == FlowTokens::Kind::stateless;
      own.in_dialog |= opened->kind != FlowTokens::Kind::path;
      own.flow = opened->flow;
    }
    request.remove_first<sip::Route>();
  }
  if (own.flow && own.flow->point >= endpoint_.transports().points()) own.flow.reset();
  return own;
}

/// Section 16.4: a strict router before us has put our Record-Route into the Request-URI, and the target last.
bool Proxy::take_strict(sip::Message& request) const {
  const auto uri = sip::Uri::parse(request.request_uri());
  if (!uri || !endpoint_.transports().is_own(*uri)) return false;
  if (!tokens_.open(uri->user(), request.text_of("Call-ID").value_or(""))) return false;
  auto routes = request.all<sip::Route>();
  if (!routes || routes->empty()) return false;
  request.set_request_uri(routes->back().uri.text().view());
  routes->pop_back();
  request.set_all(*routes);
  return true;
}

// --- requests ------------------------------------------------------------------------------------------------

bool Proxy::take(endpoint::TransactionId id, sip::Message& request, const endpoint::Flow& from) {
  OwnRoutes own;
  if (request.has<sip::Route>()) {
    own = take_own_routes(request);
    if (!own.any && take_strict(request)) own.in_dialog = true;
  }
  if (own.in_dialog || (own.path && own.flow)) {
    if (check(id, request)) follow(id, std::move(request), from, own);
    return true;
  }
  // The ACK to a failure that came through us without state goes the way of its INVITE.
  const bool new_here = id == endpoint::no_transaction || !is_inside_dialog(request);
  if (!new_here || !router_.routes(from.point)) return false;
  return route(id, request, from);
}

/// Section 16.3.
bool Proxy::check(endpoint::TransactionId id, sip::Message& request) {
  const bool ack = id == endpoint::no_transaction;
  if (!count_hop(request)) {
    if (!ack) endpoint_.respond(id, request, too_many_hops);
    return false;
  }
  if (ack) return true;
  if (const auto required = request.text_of("Proxy-Require")) {
    auto response = sip::Message::response(request, bad_extension, {}, endpoint_.new_tag());
    response.add("Unsupported", *required);
    endpoint_.respond(id, response);
    return false;
  }
  if (forwardings_.size() < forwardings_max) return true;
  endpoint_.respond(id, request, unavailable);
  return false;
}

/// Where its routes lead: no script is asked.
void Proxy::follow(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from, const OwnRoutes& own) {
  requests_forwarded.add();
  Target target;
  const auto hop = next_hop(request);
  auto flow = own.flow ? own.flow : endpoint_.flow_to(from.point, hop);
  if (id == endpoint::no_transaction) {
    if (flow) return send_ack(std::move(request), *flow);
    auto kept = std::make_shared<sip::Message>(std::move(request));
    endpoint_.resolve(from.point, hop, [this, alive = alive_, kept](const std::vector<endpoint::Flow>& flows) {
      if (*alive && !flows.empty()) send_ack(std::move(*kept), flows.front());
    });
    return;
  }
  if (own.stateless && flow) {
    target.flow = std::move(*flow);
    return forward_stateless(id, std::move(request), target);
  }
  auto& forwarding = add(id, std::move(request), from);
  if (own.path) forwarding.record_route();  // what cannot be reached without us
  if (flow) {
    target.flow = std::move(*flow);
    return forwarding.pass_on(std::move(target));
  }
  endpoint_.resolve(from.point, hop, [this, alive = alive_, id](std::vector<endpoint::Flow> flows) {
    const auto found = *alive ? forwardings_.find(id) : forwardings_.end();
    if (found == forwardings_.end()) return;
    if (flows.empty()) return found->second->respond(unavailable);
    Target there;
    there.flow = flows.front();
    there.others.assign(flows.begin() + 1, flows.end());
    found->second->pass_on(std::move(there));
  });
}

bool Proxy::route(endpoint::TransactionId id, sip::Message& request, const endpoint::Flow& from) {
  const auto& profile = endpoint_.point(from.point).profile;
  const auto admission = admissions_.of(profile);
  const auto sender = request.get<sip::From>();
  const auto method = request.method();
  endpoint::Account account;
  // The registrar asks for itself; whether we are alive may be asked by anybody; CANCEL and ACK cannot be challenged.
  const bool asked = method == sip::Method::register_ || method == sip::Method::options ||
                     method == sip::Method::cancel || method == sip::Method::ack;
  if (!asked && sender) {
    auto outcome = admission.admit(authenticator_, id, request, from, sender->uri);
    if (outcome.verdict != endpoint::Authenticator::Verdict::accepted) return true;
    account = std::move(outcome.account);
  }
  auto fresh = std::make_unique<Forwarding>(*this, id, std::move(request), from);
  auto script = router_.route(*fresh, account);
  if (!script) {
    request = std::move(fresh->request());
    return false;
  }
  auto& own = fresh->request();
  if (!check(id, own)) return true;
  if (!account.user.empty()) remove_credentials(own, admission.realm.empty() ? admission.domain_of(sender->uri) : admission.realm);
  const bool ack = id == endpoint::no_transaction;
  auto mark = loop_mark(own);
  if (!ack && has_looped(own, endpoint_.point(from.point).sent_by(from.transport, from.remote.ip), mark)) {
    endpoint_.respond(id, own, loop_detected);
    return true;
  }
  requests_forwarded.add();
  // An ACK goes on at once and without state, or not at all.
  if (ack) {
    fresh->run(std::move(script), std::move(mark));
    return true;
  }
  alive_now.add();
  auto& forwarding = *(forwardings_[id] = std::move(fresh));
  forwarding.run(std::move(script), std::move(mark));
  return true;
}

Forwarding& Proxy::add(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  auto& kept = forwardings_[id];
  kept = std::make_unique<Forwarding>(*this, id, std::move(request), from);
  alive_now.add();
  return *kept;
}

void Proxy::reap(const Forwarding& forwarding) {
  if (!forwarding.finished()) return;
  const auto found = forwardings_.find(forwarding.id());
  if (found == forwardings_.end()) return;
  alive_now.remove();
  // Its own code is still on the stack.
  endpoint_.shard().post(endpoint_.shard().id(), [dead = std::move(found->second)] {});
  forwardings_.erase(found);
}

/// Section 16.11 for the ACK to a 2xx, which is no transaction.
void Proxy::send_ack(sip::Message ack, const endpoint::Flow& to) {
  stateless_forwarded.add();
  Target target;
  address(ack, target);
  endpoint_.send_ack(std::move(ack), to);
}

// --- without state -------------------------------------------------------------------------------------------

/// The same for what is sent again, and nothing that others could make up: a response brings it back.
std::string Proxy::stateless_branch(const sip::Message& request) const {
  std::string seen{stateless_prefix};
  if (const auto via = request.get<sip::Via>()) seen.append(via->branch()).append(1, '|').append(via->sent_by());
  return fmt::format("{}{:016x}", stateless_prefix, base::keyed_hash(key_, seen));
}

void Proxy::forward_stateless(endpoint::TransactionId id, sip::Message request, const Target& target) {
  stateless_forwarded.add();
  const auto branch = stateless_branch(request);
  address(request, target);
  request.prepend(endpoint::via_of(endpoint_.point(target.flow.point), target.flow, branch));
  if (id != endpoint::no_transaction) endpoint_.drop(id);
  endpoint_.send_bare(target.flow, request);
}

/// Nobody here knows the INVITE: we may have sent it on without state, and the script does the same again.
bool Proxy::take_cancel(endpoint::TransactionId id, sip::Message& cancel, const endpoint::Flow& from) {
  return !is_inside_dialog(cancel) && router_.routes(from.point) && route(id, cancel, from);
}

bool Proxy::take_response(sip::Message& response, const endpoint::Flow& from) {
  const auto top = response.get<sip::Via>();
  if (!top || !top->branch().starts_with(stateless_prefix)) return false;
  const std::string branch{top->branch()};
  response.remove_first<sip::Via>();
  const auto next = response.get<sip::Via>();
  if (!next || stateless_branch(response) != branch) return false;
  auto ip = base::Ip::parse(next->received());
  if (!ip) ip = base::Ip::parse(next->host);
  const auto transport = endpoint::transport_named(next->transport);
  if (!ip || !transport) return false;
  const auto point = endpoint_.transports().find_point(endpoint_.point(from.point).profile, ip->family);
  const auto port = next->rport() ? *next->rport() : next->port.value_or(endpoint::usual_port(*transport));
  endpoint_.send_bare({point.value_or(from.point), *transport, {*ip, port}, {}, {}}, response);
  return true;
}

}  // namespace proxy
