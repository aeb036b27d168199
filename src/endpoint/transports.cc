#include "endpoint/transports.h"

#include "base/log.h"
#include "base/metrics.h"
#include "base/require.h"
#include "sip/name_addr.h"

namespace endpoint {

namespace {

const base::metrics::Counter unparsable{"ahoy_sip_unparsable_total", "Datagrams that were no SIP message"};
const base::metrics::Counter handed_over{"ahoy_sip_handed_over_total", "Messages moved to the shard that owns them"};
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
  if (options.tcp) {
    point.tcp_side = std::make_unique<TcpSide>();
    point.tcp_side->owner = this;
    point.tcp_side->point = id;
    auto listener = shard_.listen(point.options.local, *point.tcp_side);
    if (!listener) return base::Unexpected<io::Reason>{listener.error()};
    point.tcp = std::move(*listener);
    point.options.local = point.tcp->local();
  }
  points_.push_back(std::move(point));
  return id;
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
    auto message = sip::Message::parse(std::string{datagram.bytes});
    if (!message) {
      if (message.error().kind != sip::ParseError::Kind::empty) unparsable.add();
      continue;
    }
    owner->arrive(std::move(*message), {point, Transport::udp, datagram.from, {}, {}});
  }
}

void Transports::TcpSide::on_accepted(std::unique_ptr<io::Stream> stream) {
  if (owner->connections_.size() >= connections_max) {
    base::log::warn("sip", "connection from {} refused: {} are open", stream->remote().text(), connections_max);
    return;
  }
  const ConnectionId id{owner->shard_.id(), ++owner->connections_made_};
  owner->by_remote_[stream->remote()] = id.number;
  Connection::Owner& told = *owner;
  owner->connections_[id.number] = std::make_unique<Connection>(owner->shard_, told, point, id, std::move(stream));
  connections_open.add();
}

void Transports::on_frame(Connection& connection, sip::Message message) {
  arrive(std::move(message), connection.flow());
}

void Transports::on_gone(Connection& connection) {
  const auto found = connections_.find(connection.id().number);
  if (found == connections_.end()) return;
  const ConnectionId id = connection.id();
  if (const auto by = by_remote_.find(connection.remote()); by != by_remote_.end() && by->second == id.number)
    by_remote_.erase(by);
  connections_open.remove();
  // We are inside one of its calls: it goes after this handler.
  shard_.post(shard_.id(), [dying = std::shared_ptr<Connection>{std::move(found->second)}] {});
  connections_.erase(found);
  for (std::uint16_t to = 0; to < all_.size(); ++to)
    shard_.post(to, [other = all_[to], id] { other->sink_.on_connection_gone(id); });
}

void Transports::arrive(sip::Message message, const Flow& flow) {
  const std::uint16_t owner = owner_of(message, shard_.count());
  if (owner == shard_.id()) return sink_.on_message(std::move(message), flow);
  handed_over.add();
  shard_.post(owner, [other = all_[owner], flow, moved = std::make_unique<sip::Message>(std::move(message))] {
    other->sink_.on_message(std::move(*moved), flow);
  });
}

Connection* Transports::connection_to(PointId point, const base::Address& remote) {
  if (const auto by = by_remote_.find(remote); by != by_remote_.end()) return connections_.at(by->second).get();
  if (connections_.size() >= connections_max) return nullptr;
  const ConnectionId id{shard_.id(), ++connections_made_};
  Connection::Owner& told = *this;
  auto made = std::make_unique<Connection>(shard_, told, point, id, remote);
  auto* connection = made.get();
  by_remote_[remote] = id.number;
  connections_[id.number] = std::move(made);
  connections_open.add();
  return connection;
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
  if (flow.connection && connections_.contains(flow.connection.number)) {
    connections_[flow.connection.number]->send(bytes);
    return flow;
  }
  Connection* connection = connection_to(flow.point, flow.remote);
  if (!connection) return flow;
  connection->send(bytes);
  return connection->flow();
}

void Transports::send_on_connection(const Flow& flow, std::string_view bytes) {
  if (const auto found = connections_.find(flow.connection.number); found != connections_.end())
    return found->second->send(bytes);
  if (auto* connection = connection_to(flow.point, flow.remote)) connection->send(bytes);
}

}  // namespace endpoint
