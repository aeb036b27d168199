#include "endpoint/transports.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "base/require.h"
#include "endpoint/overload.h"
#include "endpoint/web_wire.h"
#include "ice/stun.h"
#include "io/peer_names.h"
#include "sip/header/via.h"
#include "sip/name_addr.h"

namespace endpoint {

namespace {

const base::metrics::Counter unparsable{"ahoy_sip_unparsable_total", "Datagrams that were no SIP message"};
const base::metrics::Counter handed_over{"ahoy_sip_handed_over_total", "Messages moved to the shard that owns them"};
const base::metrics::Counter dropped_full{"ahoy_sip_hand_over_dropped_total", "Messages dropped because their shard had too many waiting"};
const base::metrics::Counter stun_requests{"ahoy_sip_stun_total", "STUN requests on SIP ports: keepalives of phones"};
const base::metrics::Counter connections_refused{"ahoy_sip_connections_refused_total", "Connections closed at once: a limit was met"};
const base::metrics::Counter connections_dropped{"ahoy_sip_connections_dropped_total", "Connections ended by us: too slow, or not SIP"};
const base::metrics::Gauge connections_open{"ahoy_sip_connections", "Open SIP connections"};

}  // namespace

std::uint16_t owner_of_user(std::string_view user, std::uint16_t shards) { return io::owner_of(user, shards); }

std::uint16_t owner_of(const sip::Message& message, std::uint16_t shards) {
  if (shards == 1) return 0;
  if (message.is_request() && message.method() == sip::Method::register_) {
    const auto to = sip::NameAddr::from_text(message.text_of("To").value_or(""));
    if (to) return owner_of_user(to->uri.user_decoded(), shards);
  }
  return io::owner_of(message.text_of("Call-ID").value_or(""), shards);
}

Transports::~Transports() {
  connections_open.remove(static_cast<std::int64_t>(connections_.size()));
}

base::Result<PointId, io::Reason> Transports::open(const ListeningPoint& options) {
  const auto id = static_cast<PointId>(points_.size());
  Point point;
  point.options = options;
  if (options.udp) {
    point.udp_side = std::make_unique<UdpSide>();
    point.udp_side->owner = this;
    point.udp_side->point = id;
    auto socket = shard_.open_udp(options.local, io::Sharing::every_shard, point.udp_side.get());
    if (!socket) return base::Unexpected<io::Reason>{socket.error()};
    point.udp = std::move(*socket);
    point.options.local = point.udp->local();
  }
  auto& opened = point.options;
  const auto open_stream = [&](Transport transport, std::optional<base::Address>& local) -> base::Result<void, io::Reason> {
    if (!local) return {};
    return listen(point, id, transport, *local);
  };
  if (options.tcp)
    if (auto done = listen(point, id, Transport::tcp, opened.local); !done) return base::Unexpected<io::Reason>{done.error()};
  for (const auto& [transport, local] : {std::pair{Transport::tls, &opened.tls}, std::pair{Transport::ws, &opened.ws},
                                         std::pair{Transport::wss, &opened.wss}})
    if (auto done = open_stream(transport, *local); !done) return base::Unexpected<io::Reason>{done.error()};
  points_.push_back(std::move(point));
  return id;
}

/// `local` gets the port where it was 0.
base::Result<void, io::Reason> Transports::listen(Point& point, PointId id, Transport transport, base::Address& local) {
  auto side = std::make_unique<StreamSide>();
  side->owner = this;
  side->point = id;
  side->transport = transport;
  const auto& credentials = transport == Transport::wss ? point.options.web_credentials : point.options.credentials;
  auto listener = is_secure(transport) ? shard_.listen_tls(local, *side, credentials) : shard_.listen(local, *side);
  if (!listener) return base::Unexpected<io::Reason>{listener.error()};
  side->listener = std::move(*listener);
  local = side->listener->local();
  point.streams.push_back(std::move(side));
  return {};
}

bool Transports::is_own(const sip::Uri& uri) const {
  return std::ranges::any_of(points_, [&](const Point& point) { return point.options.is_at(uri); });
}

std::optional<PointId> Transports::find_point(std::string_view profile, base::Family family) const {
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const auto& options = points_[i].options;
    if (options.profile == profile && options.local.ip.family == family) return static_cast<PointId>(i);
  }
  return std::nullopt;
}

void Transports::UdpSide::on_datagrams(std::span<const io::Datagram> batch) {
  for (const auto& datagram : batch) {
    if (owner->guard_ && !owner->guard_->admits(datagram.from.ip, datagram.bytes)) continue;
    if (ice::is_stun(datagram.bytes)) {
      stun_requests.add();
      if (const auto answer = ice::answer_binding(datagram.bytes, datagram.from))
        owner->points_[point].udp->send(datagram.from, *answer);
      continue;
    }
    auto message = sip::Message::parse(std::string{datagram.bytes});
    if (!message) {
      if (message.error().kind != sip::ParseError::Kind::empty) unparsable.add();
      continue;
    }
    owner->arrive(std::move(*message), {point, Transport::udp, datagram.from, {}, {}});
  }
}

void Transports::UdpSide::on_returned(const io::Datagram& datagram) {
  // The whole lines of what came back are enough to tell whose it was.
  const auto whole = datagram.bytes.rfind("\r\n");
  if (whole == std::string_view::npos) return;
  auto request = sip::Message::parse(std::string{datagram.bytes.substr(0, whole)}.append("\r\n\r\n"));
  if (!request || !request->is_request()) return;
  const auto home = io::owner_of(request->text_of("Call-ID").value_or(""), owner->shard_.count());
  owner->shard_.post(home, [other = owner->all_[home], remote = datagram.from,
                            moved = std::make_unique<sip::Message>(std::move(*request))] {
    other->sink_.on_unreachable(*moved, remote);
  });
}

void Transports::set_guard(Guard* guard) {
  guard_ = guard;
  if (guard) guard->add_watcher(*this);
}

void Transports::on_banned(const Ban& ban) {
  filter_later();
  if (ban.network.family == base::Family::ipv4 && !accepted_from_.contains(ban.network)) return;
  std::vector<Connection*> theirs;
  for (const auto& [number, kept] : connections_)
    if (kept.connection->facts().accepted && network_of(kept.connection->remote().ip) == ban.network) theirs.push_back(kept.connection.get());
  for (auto* connection : theirs) connection->give_up("its address is banned");
}

void Transports::filter_later() {
  if (!filter_due_.running()) filter_due_.start(shard_.timers(), shard_.now() + filter_delay);
}

void Transports::filter() {
  const auto banned = guard_->latest_bans(filtered_max);
  for (auto& point : points_)
    if (point.udp) point.udp->shut_out(banned);
}

bool Transports::may_accept(const base::Address& from) {
  if (guard_ && !guard_->admits(from.ip, std::string_view{})) return false;
  std::string_view which;
  if (connections_.size() >= limits_.connections) which = "in all";
  const auto known = accepted_from_.find(from.ip);
  if (known != accepted_from_.end() && known->second >= limits_.connections_per_address) which = "from there";
  if (which.empty()) return true;
  connections_refused.add();
  base::log::warn("sip", "connection from {} refused: too many are open {}", from.text(), which);
  return false;
}

void Transports::accept(const StreamSide& side, std::unique_ptr<io::Stream> stream) {
  if (!may_accept(stream->remote())) return;
  Connection::Facts facts{side.point, side.transport, {shard_.id(), ++connections_made_}, nullptr, true};
  ++accepted_from_[stream->remote().ip];
  const Route route{side.point, side.transport, stream->remote(), {}};
  Connection::Owner& told = *this;
  std::unique_ptr<Wire> wire;
  if (is_web(side.transport)) wire = std::make_unique<WebWire>(pages_);
  else wire = std::make_unique<StreamWire>();
  add(std::make_unique<Connection>(shard_, told, std::move(facts), std::move(wire)), route).begin(std::move(stream));
}

Connection& Transports::add(std::unique_ptr<Connection> connection, Route route) {
  auto& kept = connections_[connection->id().number];
  kept.connection = std::move(connection);
  by_route_[route] = kept.connection->id().number;
  kept.routes.push_back(std::move(route));
  connections_open.add();
  return *kept.connection;
}

void Transports::on_frame(Connection& connection, sip::Message message) {
  // How it begins is all the guard wants of it; the text would be a copy of the whole.
  const auto beginning = message.is_request() ? message.method_text() : std::string_view{"SIP/2.0 "};
  if (guard_ && !guard_->admits(connection.remote().ip, beginning)) return;
  if (connection.peer() && message.is_request()) note_alias(connection, message);
  arrive(std::move(message), connection.flow());
}

/// RFC 5923 section 8: a peer that has proved who it is may say that requests for where it listens may use this
/// connection.
void Transports::note_alias(Connection& connection, const sip::Message& request) {
  auto& kept = connections_.at(connection.id().number);
  if (!connection.facts().accepted || kept.routes.size() > 1) return;
  const auto via = request.get<sip::Via>();
  if (!via || !via->params.has("alias") || !connection.peer()->stand_for(via->host)) return;
  const auto port = via->port.value_or(usual_port(connection.facts().transport));
  const Route route{connection.facts().point, connection.facts().transport, {connection.remote().ip, port}, {}};
  by_route_[route] = connection.id().number;
  kept.routes.push_back(route);
}

void Transports::on_gone(Connection& connection, std::string_view why) {
  const auto found = connections_.find(connection.id().number);
  if (found == connections_.end()) return;
  const ConnectionId id = connection.id();
  base::log::debug("sip", "{} connection with {} is over: {}", name(connection.facts().transport),
                   connection.remote().text(), why);
  for (const auto& route : found->second.routes)
    if (const auto by = by_route_.find(route); by != by_route_.end() && by->second == id.number) by_route_.erase(by);
  if (connection.facts().accepted)
    if (const auto from = accepted_from_.find(connection.remote().ip); --from->second == 0) accepted_from_.erase(from);
  connections_open.remove();
  // We are inside one of its calls: it goes after this handler.
  shard_.post(shard_.id(), [dying = std::shared_ptr<Connection>{std::move(found->second.connection)}] {});
  connections_.erase(found);
  tell_gone(id);
}

void Transports::tell_gone(const ConnectionId& id) {
  for (std::uint16_t to = 0; to < shard_.count(); ++to)
    shard_.post(to, [other = all_[to], id] { other->sink_.on_connection_gone(id); });
}

void Transports::arrive(sip::Message message, const Flow& flow) {
  if (guard_ && message.is_request() && !guard_->admits(flow.remote.ip, message)) return;
  const std::uint16_t owner = owner_of(message, shard_.count());
  if (owner == shard_.id()) return sink_.on_message(std::move(message), flow);
  if (!has_room_for(message, all_[owner]->handed_.load(std::memory_order_relaxed))) return dropped_full.add();
  handed_over.add();
  all_[owner]->handed_.fetch_add(1, std::memory_order_relaxed);
  shard_.post(owner, [other = all_[owner], flow, moved = std::make_unique<sip::Message>(std::move(message))] {
    other->handed_.fetch_sub(1, std::memory_order_relaxed);
    other->sink_.on_message(std::move(*moved), flow);
  });
}

/// One that is there and leads to the same peer: made for it, or (RFC 5923) of a peer that proved to be it.
Connection* Transports::connection_for(const Flow& flow) {
  const std::string domain = flow.domain ? *flow.domain : std::string{};
  const auto exact = by_route_.find({flow.point, flow.transport, flow.remote, domain});
  if (exact != by_route_.end()) return connections_.at(exact->second).connection.get();
  if (domain.empty()) return connect(flow);
  const auto alias = by_route_.find({flow.point, flow.transport, flow.remote, {}});
  if (alias == by_route_.end()) return connect(flow);
  auto* known = connections_.at(alias->second).connection.get();
  return known->peer() && known->peer()->stand_for(domain) ? known : connect(flow);
}

Connection* Transports::connect(const Flow& flow) {
  const auto& point = points_[flow.point].options;
  const bool possible = connections_.size() < limits_.connections && (!is_web(flow.transport) || point.web_client);
  if (!possible) return nullptr;
  Connection::Facts facts{flow.point, flow.transport, {shard_.id(), ++connections_made_}, flow.domain, false};
  const std::string domain = flow.domain ? *flow.domain : flow.remote.ip.text();
  Connection::Owner& told = *this;
  std::unique_ptr<Wire> wire;
  if (is_web(flow.transport)) wire = std::make_unique<WebWire>(flow.domain ? domain : flow.remote.text(), shard_.random().u64());
  else wire = std::make_unique<StreamWire>();
  auto made = std::make_unique<Connection>(shard_, told, std::move(facts), std::move(wire));
  auto stream = is_secure(flow.transport) ? shard_.connect_tls(flow.remote, made.get(), point.credentials, domain)
                                          : shard_.connect(flow.remote, made.get());
  auto& connection = add(std::move(made), {flow.point, flow.transport, flow.remote, flow.domain ? *flow.domain : ""});
  connection.begin(std::move(stream));
  return &connection;
}

Flow Transports::send(const Flow& flow, std::string_view bytes) {
  if (flow.transport == Transport::udp) {
    if (auto& socket = points_[flow.point].udp) socket->send(flow.remote, bytes);
    return flow;
  }
  if (flow.connection && flow.connection.shard != shard_.id()) {
    // A connection of another shard: it sends, or connects anew if the connection is gone.
    shard_.post(flow.connection.shard, [other = all_[flow.connection.shard], flow, text = std::string{bytes}] {
      other->send_on_connection(flow, text);
    });
    return flow;
  }
  if (const auto found = connections_.find(flow.connection.number); flow.connection && found != connections_.end()) {
    found->second.connection->send(bytes);
    return flow;
  }
  if (auto* connection = connection_for(flow)) {
    connection->send(bytes);
    return connection->flow();
  }
  Flow nowhere = flow;
  nowhere.connection = {shard_.id(), ++connections_made_};
  tell_gone(nowhere.connection);
  return nowhere;
}

void Transports::send_on_connection(const Flow& flow, std::string_view bytes) {
  if (const auto found = connections_.find(flow.connection.number); found != connections_.end())
    return found->second.connection->send(bytes);
  if (auto* connection = connection_for(flow)) return connection->send(bytes);
  tell_gone(flow.connection);
}

}  // namespace endpoint
