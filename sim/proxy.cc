#include "sim/proxy.h"

#include "base/require.h"
#include "endpoint/top_via.h"
#include "sip/header/max_forwards.h"
#include "sip/header/proxy_authorization.h"
#include "sip/header/record_route.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/uri.h"
#include "sip/validate.h"

namespace sim {

using endpoint::Flow;
using endpoint::TransactionId;
using endpoint::Transport;

namespace {

constexpr endpoint::PointId point = 0;
/// RFC 3261 section 16.6 step 11: more than three minutes.
constexpr base::Duration timer_c = std::chrono::seconds{181};

sip::Challenger::Config challenges_of(const std::string& realm, base::Random& random) {
  sip::Challenger::Config config;
  config.realm = realm;
  config.key = random.hex(32);
  config.algorithms = {sip::Algorithm::md5};
  return config;
}

/// Whether a dialog has been made already: such a request belongs to a caller who was admitted.
bool in_dialog(const sip::Message& request) {
  const auto to = request.get<sip::To>();
  return to && to->params.has("tag");
}

}  // namespace

Proxy::Proxy(Host& host, Options options)
    : shard_{host.shard()}, options_{std::move(options)}, transports_{shard_, *this}, servers_{shard_, *this},
      clients_{shard_, *this}, resolver_{shard_}, challenger_{challenges_of(options_.domain, shard_.random())},
      ip_{host.ip()} {
  transports_.join({&transports_});
  endpoint::ListeningPoint listening;
  listening.profile = "proxy";
  listening.local = {ip_, endpoint::usual_port(Transport::udp)};
  listening.tls = base::Address{ip_, endpoint::usual_port(Transport::tls)};
  listening.advertised_host = options_.name;
  base::require(transports_.open(listening).has_value(), "a simulated proxy's port is taken");
}

Proxy::~Proxy() = default;

void Proxy::on_message(sip::Message message, const Flow& flow) {
  if (message.is_response()) {
    clients_.on_response(message);
    return;
  }
  const Flow back = endpoint::stamp_via(message, flow, false);
  if (sip::validate(message)) return;
  forget_finished();
  const auto outcome = servers_.on_request(message, back, transports_.point(point).timing);
  using Match = endpoint::ServerTransactions::Match;
  if (outcome.match != Match::fresh && outcome.match != Match::no_match) return;
  if (message.method() == sip::Method::cancel) return on_cancel(outcome.id, message);
  on_request(outcome.id, message, flow);
}

/// Section 16.3 to 16.6. `id` is no_transaction for the ACK to a 2xx, which goes on as it is.
void Proxy::on_request(TransactionId id, const sip::Message& received, const Flow& from) {
  sip::Message request = received;
  const auto hops = request.get<sip::MaxForwards>();
  if (hops && hops->value == 0) return answer(id, received, 483);
  request.set("Max-Forwards", std::to_string(hops ? hops->value - 1 : 70));
  if (const auto top = request.get<sip::Route>(); top && is_own(top->uri)) request.remove_first<sip::Route>();

  const bool invites = request.method() == sip::Method::invite;
  if (invites && !in_dialog(request)) {
    if (!admits(id, request)) return;
    const auto uri = sip::Uri::parse(request.request_uri());
    const auto moved = options_.moved.find(uri ? uri->address_of_record() : std::string{});
    if (moved != options_.moved.end()) return answer(id, received, 302, moved->second);
  }
  auto next = route(request);
  if (next.empty()) return answer(id, received, 404);
  if (id == endpoint::no_transaction)
    return resolve(std::move(next), {}, [this, request](const Flows& to) mutable {
      if (to.empty()) return;
      request.prepend(endpoint::new_via(transports_.point(point), to[0], shard_.random()));
      transports_.send(to[0], request.text());
    });

  if (invites) {
    answer(id, received, 100);
    auto own = sip::Uri::sip({}, options_.name);
    own.set_param("lr");
    // The next request comes the way this one did.
    if (from.transport != Transport::udp) own.set_param("transport", endpoint::parameter(from.transport));
    if (options_.records_route) request.prepend(sip::RecordRoute::of(std::move(own)));
  }
  by_server_[id] = std::make_unique<Forwarded>(received, id, [this, id] { on_timer_c(id); });
  resolve(std::move(next), {}, [this, id, request](const Flows& to) {
    if (const auto known = by_server_.find(id); known != by_server_.end()) forward(*known->second, request, to);
  });
}

void Proxy::forward(Forwarded& forwarded, sip::Message request, const Flows& to) {
  if (forwarded.cancelled) return answer(forwarded.server, forwarded.request, 487);
  if (to.empty()) return answer(forwarded.server, forwarded.request, 503);
  request.prepend(endpoint::new_via(transports_.point(point), to[0], shard_.random()));
  const Flows others{to.begin() + 1, to.end()};
  forwarded.client = clients_.send(request, to[0], transports_.point(point).timing, this, others);
  by_client_[forwarded.client] = &forwarded;
  if (request.method() == sip::Method::invite) forwarded.timer_c.start(shard_.timers(), shard_.now() + timer_c);
}

/// The server refused or did not answer: the next one sees a branch of its own.
sip::Message Proxy::readdress(std::string_view bytes, const Flow&, const Flow& to) {
  auto request = *sip::Message::parse(std::string{bytes});
  request.replace_first(endpoint::new_via(transports_.point(point), to, shard_.random()));
  return request;
}

/// Section 16.7.
void Proxy::on_response(TransactionId id, const sip::Message& response) {
  const auto known = by_client_.find(id);
  if (known == by_client_.end()) return;
  auto& forwarded = *known->second;
  const int status = response.status();
  if (sip::is_provisional(status)) {
    const bool first = !std::exchange(forwarded.provisional, true);
    if (first && forwarded.cancelled) cancel(forwarded);
    if (forwarded.timer_c.running()) forwarded.timer_c.start(shard_.timers(), shard_.now() + timer_c);
    if (status == 100) return;
  } else {
    forwarded.timer_c.stop();
  }
  auto passed = response;
  passed.remove_first<sip::Via>();
  servers_.respond(forwarded.server, status, passed.text());
}

/// Sections 16.8 and 16.9.
void Proxy::on_failure(TransactionId id, sip::End why) {
  const auto known = by_client_.find(id);
  if (known == by_client_.end()) return;
  auto& forwarded = *known->second;
  forwarded.timer_c.stop();
  if (!servers_.answered(forwarded.server))
    answer(forwarded.server, forwarded.request, why == sip::End::timeout ? options_.silence : 503);
}

/// Section 16.10: answered here, and passed on for the branch.
void Proxy::on_cancel(TransactionId id, const sip::Message& received) {
  const auto invite = servers_.cancelled_by(received);
  answer(id, received, invite == endpoint::no_transaction ? 481 : 200);
  const auto known = by_server_.find(invite);
  if (known == by_server_.end() || servers_.answered(invite)) return;
  known->second->cancelled = true;
  if (known->second->provisional) cancel(*known->second);
}

/// Rings for too long (section 16.8): Timer B has cared for silence.
void Proxy::on_timer_c(TransactionId server) { cancel(*by_server_.at(server)); }

void Proxy::cancel(Forwarded& forwarded) { clients_.cancel(forwarded.client, transports_.point(point).timing); }

void Proxy::answer(TransactionId id, const sip::Message& request, int status, std::string_view contact) {
  if (id == endpoint::no_transaction) return;
  auto response = sip::Message::response(request, status, {}, status == 100 ? std::string{} : shard_.random().hex(8));
  if (!contact.empty()) response.add("Contact", "<" + std::string{contact} + ">");
  servers_.respond(id, status, response.text());
}

/// Section 22.3: credentials for this realm are asked for, and taken out of what goes on.
bool Proxy::admits(TransactionId id, sip::Message& request) {
  if (options_.accounts.empty()) return true;
  const auto user = challenger_.user_of(request, sip::AuthSide::proxy);
  const auto account = options_.accounts.find(user.value_or(std::string{}));
  sip::Secret secret;
  const bool known = account != options_.accounts.end();
  if (known) secret.password = account->second;
  auto verdict = sip::Verdict::absent;
  if (user) verdict = challenger_.verify(request, sip::AuthSide::proxy, known ? &secret : nullptr, shard_.now());
  if (verdict == sip::Verdict::accepted) {
    auto credentials = *request.all<sip::ProxyAuthorization>();
    std::erase_if(credentials, [this](const auto& each) { return each.params.get("realm") == options_.domain; });
    request.set_all(credentials);
    return true;
  }
  auto response = sip::Message::response(request, 407, {}, shard_.random().hex(8));
  challenger_.challenge(response, sip::AuthSide::proxy, verdict == sip::Verdict::stale, shard_.now(), shard_.random());
  servers_.respond(id, 407, response.text());
  return false;
}

/// Section 16.5: the URIs of the next hops in turn; none: nobody here has that name.
std::vector<std::string> Proxy::route(sip::Message& request) const {
  if (const auto top = request.get<sip::Route>()) return {std::string{top->uri.text()}};
  const auto uri = sip::Uri::parse(request.request_uri());
  if (!uri) return {};
  if (const auto hops = options_.next_hops.find(std::string{uri->host()}); hops != options_.next_hops.end())
    return hops->second;
  const auto place = options_.location.find(uri->address_of_record());
  if (place != options_.location.end()) {
    request.set_request_uri(place->second);
    return {place->second};
  }
  if (uri->host() == options_.domain || is_own(*uri)) return {};
  return {std::string{uri->text()}};
}

/// The servers of all `uris`, one behind the other.
void Proxy::resolve(std::vector<std::string> uris, Flows found, std::function<void(Flows)> done) {
  if (uris.empty()) return done(std::move(found));
  using Over = sip::Target::Over;
  const auto uri = *sip::Uri::parse(uris.front());
  uris.erase(uris.begin());
  auto collect = [this, uris = std::move(uris), found = std::move(found),
                  done = std::move(done)](const std::vector<sip::Target>& targets) mutable {
    for (const auto& target : targets)
      found.push_back({point, static_cast<Transport>(target.over), target.address, {}, {}});
    resolve(std::move(uris), std::move(found), std::move(done));
  };
  resolver_.resolve(uri, {{Over::udp, Over::tcp, Over::tls}, true, false}, std::move(collect));
}

bool Proxy::is_own(const sip::Uri& uri) const {
  return uri.user().empty() && (uri.host() == options_.name || uri.ip() == ip_);
}

void Proxy::forget_finished() {
  std::erase_if(by_client_, [this](const auto& entry) { return !clients_.flow(entry.first); });
  std::erase_if(by_server_, [this](const auto& entry) {
    return !servers_.reply_flow(entry.first) && !by_client_.contains(entry.second->client);
  });
}

}  // namespace sim
