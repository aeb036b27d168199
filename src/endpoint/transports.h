// endpoint/transports.h - SIP messages in and out of one shard: sockets, connections, and the way to the owner shard.
//
// A datagram or frame is parsed where it arrives and moved to the shard that owns its dialog, in the batch of the
// loop turn. Sending works from any shard: UDP leaves through the shard's own socket of the same port, TCP is
// handed to the shard that holds the connection.
#pragma once
#include <memory>
#include <unordered_map>
#include <vector>

#include "endpoint/connection.h"
#include "endpoint/flow.h"
#include "sip/message.h"

namespace endpoint {

/// Sees every message that comes and goes, for the call journal and the trace. Called on the owner shard.
class Tap {
 public:
  virtual ~Tap() = default;
  enum class Way : std::uint8_t { in, out };
  virtual void on_message(Way way, const Flow& flow, std::string_view call_id, std::string_view bytes) = 0;
};

class Transports : Connection::Owner {
 public:
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void on_message(sip::Message message, const Flow& flow) = 0;
    /// A connection ended: what waits for an answer over it may give up early.
    virtual void on_connection_gone(const ConnectionId& connection) = 0;
  };

  /// Connections of one shard; a further one is refused.
  static constexpr std::size_t connections_max = 50'000;

  Transports(io::Shard& shard, Sink& sink) : shard_{shard}, sink_{sink} {}
  Transports(const Transports&) = delete;
  Transports& operator=(const Transports&) = delete;
  ~Transports() override;

  /// All shards' transports, in the order of shards; before anything is opened.
  void join(std::vector<Transports*> all) { all_ = std::move(all); }

  base::Result<PointId, io::Reason> open(const ListeningPoint& point);
  const ListeningPoint& point(PointId id) const { return points_[id].options; }
  std::size_t points() const { return points_.size(); }
  /// The point of that profile and family; nullopt when there is none.
  std::optional<PointId> find_point(std::string_view profile, base::Family family) const;

  /// Sends on `flow`; a TCP flow without a living connection is connected first. The flow is given back with the
  /// connection it took.
  Flow send(const Flow& flow, std::string_view bytes);

  void set_tap(Tap* tap) { tap_ = tap; }
  Tap* tap() const { return tap_; }
  std::size_t connections() const { return connections_.size(); }

 private:
  struct Point;
  struct UdpSide : io::UdpReceiver {
    Transports* owner = nullptr;
    PointId point = 0;
    void on_datagrams(std::span<const io::Datagram> batch) override;
  };
  struct TcpSide : io::Acceptor {
    Transports* owner = nullptr;
    PointId point = 0;
    void on_accepted(std::unique_ptr<io::Stream> stream) override;
  };
  struct Point {
    ListeningPoint options;
    std::unique_ptr<UdpSide> udp_side;
    std::unique_ptr<TcpSide> tcp_side;
    std::unique_ptr<io::UdpSocket> udp;
    std::unique_ptr<io::Listener> tcp;
  };

  void on_frame(Connection& connection, sip::Message message) override;
  void on_gone(Connection& connection) override;
  void arrive(sip::Message message, const Flow& flow);
  Connection* connection_to(PointId point, const base::Address& remote);
  void send_on_connection(const Flow& flow, std::string_view bytes);

  io::Shard& shard_;
  Sink& sink_;
  std::vector<Transports*> all_;
  std::vector<Point> points_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Connection>> connections_;
  std::unordered_map<base::Address, std::uint32_t, base::AddressHash> by_remote_;
  std::uint32_t connections_made_ = 0;
  Tap* tap_ = nullptr;
};

/// The shard a message belongs to: its Call-ID's, for REGISTER the shard of the address of record.
std::uint16_t owner_of(const sip::Message& message, std::uint16_t shards);
/// The shard that keeps the bindings of a user; domains do not count, so that aliases of a domain agree.
std::uint16_t owner_of_user(std::string_view user, std::uint16_t shards);

}  // namespace endpoint
