// endpoint/transports.h - SIP messages in and out of one shard: sockets, connections, and the way to the owner shard.
//
// A datagram or frame is parsed where it arrives and moved to the shard that owns its dialog, in the batch of the
// loop turn. Sending works from any shard: UDP leaves through the shard's own socket of the same port, what goes over a
// connection is handed to the shard that holds it.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "endpoint/connection.h"
#include "endpoint/flow.h"
#include "endpoint/guard.h"
#include "http/message.h"
#include "sip/message.h"

namespace endpoint {

/// Sees every message that comes and goes, for the call journal and the trace. Called on the owner shard.
class Tap {
 public:
  virtual ~Tap() = default;
  enum class Way : std::uint8_t { in, out };
  virtual void on_message(Way way, const Flow& flow, std::string_view call_id, std::string_view bytes) = 0;
};

class Transports : Connection::Owner, BanWatcher {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void on_message(sip::Message message, const Flow& flow) = 0;
    /// A connection ended: what waits for an answer over it may give up early.
    virtual void on_connection_gone(const ConnectionId& connection) = 0;
    /// A request of ours, perhaps without its end, that the network gave back: nobody is at `remote`.
    virtual void on_unreachable(const sip::Message& request, const base::Address& remote) = 0;
  };

  /// Bans that the kernel is told of; the rest is dropped here.
  static constexpr std::size_t filtered_max = 512;
  /// After a ban; more that follow go along.
  static constexpr base::Duration filter_delay = std::chrono::milliseconds{100};

  /// Connections of one shard, and those that one address may open to it; a further one is closed at once.
  struct Limits {
    std::size_t connections = 50'000;
    std::size_t connections_per_address = 1000;
  };

  Transports(io::Shard& shard, Sink& sink) : shard_{shard}, sink_{sink} {}
  Transports(const Transports&) = delete;
  Transports& operator=(const Transports&) = delete;
  ~Transports() override;

  /// All shards' transports, in the order of shards; before anything is opened.
  void join(std::vector<Transports*> all) { all_ = std::move(all); }

  base::Result<PointId, io::Reason> open(const ListeningPoint& point);
  const ListeningPoint& point(PointId id) const { return points_[id].options; }
  void advertise(PointId id, std::string host, std::uint16_t port, PeerLists peers) {
    auto& options = points_[id].options;
    options.advertised_host = std::move(host);
    options.advertised_port = port;
    options.peers = std::move(peers);
  }
  std::size_t points() const { return points_.size(); }
  /// Whether a request for `uri` arrives at one of our points.
  bool is_own(const sip::Uri& uri) const;
  /// The point of that profile and family; nullopt when there is none.
  std::optional<PointId> find_point(std::string_view profile, base::Family family) const;

  /// Sends on `flow`; without a living connection one is made, or one that leads there is taken. The flow is given back
  /// with the connection it took. Where no connection can be had, on_connection_gone() follows for it.
  Flow send(const Flow& flow, std::string_view bytes);

  /// Who is let in at all; null: everybody. It lives longer than the sockets.
  void set_guard(Guard* guard);
  void set_tap(Tap* tap) { tap_ = tap; }
  Tap* tap() const { return tap_; }
  std::size_t connections() const { return connections_.size(); }
  void set_limits(const Limits& limits) { limits_ = limits; }
  /// Who answers HTTP requests on WebSocket ports; null: 404. It outlives the connections.
  void set_pages(http::Pages* pages) { pages_ = pages; }

 private:
  struct Point;
  struct UdpSide : io::UdpReceiver {
    Transports* owner = nullptr;
    PointId point = 0;
    void on_datagrams(std::span<const io::Datagram> batch) override;
    void on_returned(const io::Datagram& datagram) override;
  };
  struct StreamSide : io::Acceptor {
    Transports* owner = nullptr;
    PointId point = 0;
    Transport transport = Transport::tcp;
    std::unique_ptr<io::Listener> listener;
    void on_accepted(std::unique_ptr<io::Stream> stream) override { owner->accept(*this, std::move(stream)); }
  };
  struct Point {
    ListeningPoint options;
    std::unique_ptr<UdpSide> udp_side;
    std::unique_ptr<io::UdpSocket> udp;
    std::vector<std::unique_ptr<StreamSide>> streams;
  };
  /// What a connection can be used again for.
  struct Route {
    PointId point;
    Transport transport;
    base::Address remote;
    std::string domain;  // empty: whoever is there
    auto operator<=>(const Route&) const = default;
  };

  base::Result<void, io::Reason> listen(Point& point, PointId id, Transport transport, base::Address& local);
  void accept(const StreamSide& side, std::unique_ptr<io::Stream> stream);
  bool may_accept(const base::Address& from);
  void on_banned(const Ban& ban) override;
  void on_lifted(const base::Ip&) override { filter_later(); }
  void filter_later();
  void filter();
  Connection& add(std::unique_ptr<Connection> connection, Route route);
  void on_frame(Connection& connection, sip::Message message) override;
  void on_gone(Connection& connection, std::string_view why) override;
  void note_alias(Connection& connection, const sip::Message& request);
  void arrive(sip::Message message, const Flow& flow);
  Connection* connection_for(const Flow& flow);
  Connection* connect(const Flow& flow);
  void tell_gone(const ConnectionId& id);
  void send_on_connection(const Flow& flow, std::string_view bytes);

  io::Shard& shard_;
  Sink& sink_;
  std::vector<Transports*> all_;
  std::vector<Point> points_;
  struct Kept {
    std::unique_ptr<Connection> connection;
    std::vector<Route> routes;  // of by_route_ that lead to it
  };
  std::unordered_map<std::uint32_t, Kept> connections_;
  std::map<Route, std::uint32_t> by_route_;
  std::unordered_map<base::Ip, std::size_t, base::IpHash> accepted_from_;
  std::uint32_t connections_made_ = 0;
  Limits limits_;
  Guard* guard_ = nullptr;
  io::Timer filter_due_{[this] { filter(); }};
  http::Pages* pages_ = nullptr;
  Tap* tap_ = nullptr;
  std::atomic<std::uint32_t> handed_{0};  // messages that other shards gave us and that wait
};

/// The shard a message belongs to: its Call-ID's, for REGISTER the shard of the address of record.
std::uint16_t owner_of(const sip::Message& message, std::uint16_t shards);
/// The shard that keeps the bindings of a user; domains do not count, so that aliases of a domain agree.
std::uint16_t owner_of_user(std::string_view user, std::uint16_t shards);

}  // namespace endpoint
