#include "endpoint/sip_endpoint.h"

#include "base/log.h"
#include "base/metrics.h"
#include "endpoint/overload.h"
#include "endpoint/top_via.h"
#include "sip/header/record_route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"
#include "sip/validate.h"

namespace endpoint {

namespace {

const base::metrics::Counter requests_in{"ahoy_sip_requests_in_total", "SIP requests received, without retransmissions"};
const base::metrics::Counter responses_in{"ahoy_sip_responses_in_total", "SIP responses received"};
const base::metrics::Counter stray_responses{"ahoy_sip_stray_responses_total", "Responses to nothing that was asked"};
const base::metrics::Counter refused_busy{"ahoy_sip_overload_refused_total", "New requests refused because the shard was behind"};
const base::metrics::Counter refused{"ahoy_sip_refused_total", "Requests refused before anybody acted on them"};

/// What a Via of ours adds to a request, about.
constexpr std::size_t via_bytes = 100;

constexpr base::Duration sweep_interval = std::chrono::seconds{2};

std::string dialog_key(std::string_view call_id, std::string_view local_tag) {
  std::string key;
  key.reserve(call_id.size() + local_tag.size() + 1);
  return key.append(call_id).append(1, '|').append(local_tag);
}

/// Seconds; RFC 3261 section 20.33.
constexpr std::uint64_t retry_after_least = 5, retry_after_spread = 11;

/// About as many bytes as it will have on the wire, without printing it.
std::size_t size_of(const sip::Message& request) {
  std::size_t bytes = request.method_text().size() + request.request_uri().size() + request.body().size() + via_bytes;
  for (std::size_t i = 0; i < request.field_count(); ++i) {
    const auto field = request.field(i);
    bytes += field.name.size() + field.value.size() + std::string_view{": \r\n"}.size();
  }
  return bytes;
}

/// Where a session description belongs there is something else, or more than that.
bool has_foreign_body(const sip::Message& request) {
  if (!request.has_body()) return false;
  switch (request.method()) {
    case sip::Method::invite:
    case sip::Method::update:
    case sip::Method::prack:
    case sip::Method::ack: return !base::same(request.content_type(), "application/sdp");
    default: return false;
  }
}

}  // namespace

SipEndpoint::SipEndpoint(io::Shard& shard, UasChecks checks)
    : shard_{shard}, checks_{std::move(checks)}, transports_{shard, *this}, servers_{shard, *this},
      clients_{shard, *this}, resolver_{shard}, sweep_timer_{[this] { sweep(); }}, instance_{shard.random().hex(8)} {}

SipEndpoint::~SipEndpoint() = default;

void SipEndpoint::join(const std::vector<SipEndpoint*>& all) {
  std::vector<Transports*> transports;
  transports.reserve(all.size());
  for (auto* endpoint : all) transports.push_back(&endpoint->transports_);
  transports_.join(std::move(transports));
}

Flow SipEndpoint::send_bytes(const Flow& to, std::string_view bytes) {
  if (auto* tap = transports_.tap()) tap->on_message(Tap::Way::out, to, {}, bytes);
  return transports_.send(to, bytes);
}

void SipEndpoint::on_message(sip::Message message, const Flow& flow) {
  if (auto* tap = transports_.tap())
    tap->on_message(Tap::Way::in, flow, message.text_of("Call-ID").value_or(""), message.text());
  if (message.is_request()) return on_request(std::move(message), flow);
  responses_in.add();
  if (const auto fault = sip::validate(message)) return;
  if (clients_.on_response(message) || (front_ && front_->take_response(message, flow))) return;
  stray_responses.add();
}

void SipEndpoint::on_request(sip::Message request, const Flow& flow) {
  const Flow back = stamp_via(request, flow, point(flow.point).force_rport);
  if (const auto fault = sip::validate(request)) {
    refused.add();
    if (!fault->drop()) reply(request, back, fault->status, fault->reason);
    return;
  }
  if (is_overloaded_for(request)) {
    refused_busy.add();
    send_bytes(back, busy(request).text());
    return;
  }
  const auto outcome = servers_.on_request(request, back, point(flow.point).timing);
  using Match = ServerTransactions::Match;
  switch (outcome.match) {
    case Match::absorbed: return;
    case Match::full: return reply(request, back, 503, {});
    case Match::no_match:
    case Match::fresh: break;
  }
  requests_in.add();
  if (request.method() == sip::Method::cancel) return on_cancel(outcome.id, request, flow);
  if (auto refusal = UasChecks::check_hop(request, is_secure(flow.transport))) return refuse(outcome.id, request, *refusal);
  bool inside = false;
  auto* const dialog = dialog_of(request, inside);
  if (!dialog && front_ && front_->take(outcome.id, request, flow)) return;
  if (outcome.merged) return respond(outcome.id, request, 482);
  if (has_foreign_body(request))
    if (const auto refusal = UasChecks::unwrap(request)) return refuse(outcome.id, request, *refusal);
  if (auto refusal = checks_.check(request)) return refuse(outcome.id, request, *refusal);
  if (request.method() == sip::Method::invite)
    respond(outcome.id, sip::Message::response(request, 100));

  if (dialog) return dialog->on_request(outcome.id, std::move(request), flow);
  if (outcome.id == no_transaction) return;  // an ACK to nothing
  if (inside) return respond(outcome.id, request, 481);
  auto* handler = handlers_[static_cast<std::size_t>(request.method())];
  if (handler) return handler->on_request(outcome.id, std::move(request), flow);
  refuse_unhandled(outcome.id, request);
}

/// Whose dialog it is in; null: of nobody here. `inside`: it is in one.
RequestHandler* SipEndpoint::dialog_of(const sip::Message& request, bool& inside) const {
  const auto to = request.get<sip::To>();
  inside = to && to->params.has("tag");
  if (!inside) return nullptr;
  const auto found = dialogs_.find(dialog_key(request.text_of("Call-ID").value_or(""), to->params.text_of("tag")));
  return found == dialogs_.end() ? nullptr : found->second;
}

/// Without a transaction: the answer to a repetition may be another (RFC 3261 section 8.2.7).
bool SipEndpoint::is_overloaded_for(const sip::Message& request) {
  return shard_.behind() > overload_begins && is_new(request) && !servers_.knows(request) &&
         refuses_new(shard_.behind(), shard_.random());
}

/// Outside dialogs, and nobody is there for it.
void SipEndpoint::refuse_unhandled(TransactionId id, const sip::Message& request) {
  switch (request.method()) {
    case sip::Method::options: return describe(id, request);
    case sip::Method::subscribe:
    case sip::Method::publish: return refuse(id, request, {489, {}, {{"Allow-Events", "refer"}}});
    case sip::Method::refer: return respond(id, request, 403);
    case sip::Method::register_:
    case sip::Method::invite:
    case sip::Method::message: return respond(id, request, 503);
    default: return respond(id, request, 481);
  }
}

void SipEndpoint::on_cancel(TransactionId id, sip::Message& cancel, const Flow& from) {
  const auto invite = servers_.cancelled_by(cancel);
  if (invite == no_transaction && front_ && front_->take_cancel(id, cancel, from)) return;
  respond(id, cancel, invite == no_transaction ? 481 : 200);
  if (invite == no_transaction || servers_.answered(invite)) return;
  if (auto* user = servers_.user(invite)) user->on_cancel(invite, cancel);
}

void SipEndpoint::reply(const sip::Message& request, const Flow& to, int status, std::string_view reason) {
  if (request.method() == sip::Method::ack) return;
  send_bytes(to, sip::Message::response(request, status, reason, new_tag()).text());
}

void SipEndpoint::refuse(TransactionId id, const sip::Message& request, const Refusal& refusal) {
  refused.add();
  auto response = sip::Message::response(request, refusal.status, refusal.reason, new_tag());
  for (const auto& [name, value] : refusal.headers) response.add(name, value);
  respond(id, response);
}

// RFC 3261 section 11.2.
void SipEndpoint::describe(TransactionId id, const sip::Message& options) {
  auto response = sip::Message::response(options, 200, {}, new_tag());
  response.add("Allow", checks_.allow());
  response.add("Accept", "application/sdp");
  response.add("Accept-Language", "en");
  if (const auto supported = checks_.supported_list(); !supported.empty()) response.add("Supported", supported);
  respond(id, response);
}

void SipEndpoint::respond(TransactionId id, const sip::Message& response) {
  servers_.respond(id, response.status(), response.text());
}

void SipEndpoint::respond(TransactionId id, const sip::Message& request, int status, std::string_view reason) {
  respond(id, sip::Message::response(request, status, reason, new_tag()));
}

TransactionId SipEndpoint::send_request(sip::Message request, const Flow& to, ClientUser* user, std::vector<Flow> others,
                                        std::string_view mark) {
  if (to.may_go_by_tcp && point(to.point).tcp && size_of(request) > datagram_bytes_max)
    return send_large(std::move(request), to, user, std::move(others), mark);
  request.prepend(new_via(point(to.point), to, shard_.random(), mark));
  return clients_.send(request, to, point(to.point).timing, user, std::move(others));
}

/// By TCP, and when that cannot be had by UDP after all.
TransactionId SipEndpoint::send_large(sip::Message request, const Flow& to, ClientUser* user, std::vector<Flow> others,
                                      std::string_view mark) {
  Flow datagram = to, stream = to;
  datagram.may_go_by_tcp = stream.may_go_by_tcp = false;
  stream.transport = Transport::tcp;
  std::vector<Flow> both{stream, datagram};
  penalties_.sort(both, shard_.now());
  request.prepend(new_via(point(to.point), both[0], shard_.random(), mark));
  others.insert(others.begin(), both[1]);
  return clients_.send(request, both[0], point(to.point).timing, user, std::move(others));
}

void SipEndpoint::cancel(TransactionId invite, std::string_view reason) {
  if (const auto* flow = clients_.flow(invite)) clients_.cancel(invite, point(flow->point).timing, reason);
}

std::string SipEndpoint::send_ack(sip::Message ack, const Flow& to) {
  ack.prepend(new_via(point(to.point), to, shard_.random()));
  auto bytes = ack.text();
  send_bytes(to, bytes);
  return bytes;
}

std::optional<Flow> SipEndpoint::flow_to(PointId from, const sip::Uri& uri) const {
  const auto ip = uri.ip();
  if (!ip) return std::nullopt;
  // RFC 5630 section 3.1.1: a sips URI is never reached without TLS, whatever its transport says.
  const bool sips = uri.scheme() == sip::Uri::Scheme::sips;
  const auto named = transport_named(uri.param("transport").value_or(sips ? "tls" : "udp"));
  if (!named) return std::nullopt;
  Transport transport = *named;
  if (sips && transport == Transport::ws) transport = Transport::wss;
  if (sips && !is_secure(transport)) transport = Transport::tls;
  Flow flow{from, transport, {*ip, uri.port().value_or(usual_port(transport))}, {}, {}};
  flow.may_go_by_tcp = transport == Transport::udp && !uri.has_param("transport");
  // A profile has a point for each family.
  if (point(from).local.ip.family != ip->family) {
    const auto other = transports_.find_point(point(from).profile, ip->family);
    if (!other) return std::nullopt;
    flow.point = *other;
  }
  return flow;
}

std::optional<Flow> SipEndpoint::flow_again(std::string_view profile, std::string_view transport, std::string_view received,
                                            const sip::Uri& contact) const {
  const auto remote = base::Address::parse(received);
  const auto point = remote ? transports_.find_point(profile, remote->ip.family) : std::nullopt;
  if (!point) return std::nullopt;
  const Flow flow{*point, transport_named(transport).value_or(Transport::udp), *remote, {}, {}};
  return flow.transport == Transport::udp ? flow : flow_to(*point, contact).value_or(flow);
}

sip::Uri SipEndpoint::contact(const Flow& flow, std::string_view user, bool sips) const {
  const auto& at = point(flow.point);
  auto uri = sip::Uri::sip(user, at.host(flow.remote.ip), at.port(flow.transport, flow.remote.ip));
  if (flow.transport != Transport::udp) uri.set_param("transport", parameter(flow.transport));
  if (!sips || !is_secure(flow.transport)) return uri;
  uri.set_scheme(sip::Uri::Scheme::sips);
  // Section 3.1.4 deprecates "tls" there; a sips URI over WebSocket is one of "ws" (RFC 7118).
  if (flow.transport == Transport::tls) uri.remove_param("transport");
  else uri.set_param("transport", parameter(Transport::ws));
  return uri;
}

void SipEndpoint::respond_busy(TransactionId id, const sip::Message& request) {
  respond(id, busy(request));
}

sip::Message SipEndpoint::busy(const sip::Message& request) {
  auto response = sip::Message::response(request, 503, {}, new_tag());
  response.add("Retry-After", std::to_string(retry_after_least + shard_.random().below(retry_after_spread)));
  return response;
}

void SipEndpoint::add_dialog(const sip::DialogId& id, RequestHandler& handler) {
  dialogs_[dialog_key(id.call_id, id.local_tag)] = &handler;
}

void SipEndpoint::remove_dialog(const sip::DialogId& id) { dialogs_.erase(dialog_key(id.call_id, id.local_tag)); }

std::string SipEndpoint::new_call_id() {
  for (;;) {
    std::string id = shard_.random().hex(24) + "@" + instance_;
    if (io::owner_of(id, shard_.count()) == shard_.id()) return id;
  }
}

void SipEndpoint::linger(std::unique_ptr<Lingering> what) {
  if (what->finished()) {
    // Its handler may still be on the stack.
    shard_.post(shard_.id(), [dead = std::move(what)] {});
    return;
  }
  lingering_.push_back(std::move(what));
  if (!sweep_timer_.running()) sweep_timer_.start(shard_.timers(), shard_.now() + sweep_interval);
}

void SipEndpoint::sweep_soon() { sweep_timer_.start(shard_.timers(), shard_.now()); }

void SipEndpoint::sweep() {
  std::erase_if(lingering_, [](const auto& what) { return what->finished(); });
  if (!lingering_.empty()) sweep_timer_.start(shard_.timers(), shard_.now() + sweep_interval);
}

}  // namespace endpoint
