// endpoint/connection.h - a SIP connection: messages out of bytes, keepalive, and an end to those that stall.
//
// Small, because most connections are silent: some 300 bytes beside the stream and its wire.
#pragma once
#include <memory>

#include "endpoint/flow.h"
#include "endpoint/wire.h"
#include "io/port.h"
#include "sip/message.h"

namespace endpoint {

class Connection : public io::StreamHandler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_frame(Connection& connection, sip::Message message) = 0;
    /// The last call: the owner forgets the connection.
    virtual void on_gone(Connection& connection, std::string_view why) = 0;
  };

  /// A message that was begun must be finished within this time; so must the first one of a new connection.
  static constexpr base::Duration frame_time_max = std::chrono::seconds{32};
  /// A TLS handshake, and the HTTP upgrade of a WebSocket, must be over within this time.
  static constexpr base::Duration handshake_time_max = std::chrono::seconds{10};
  /// A peer that could not be reached in this time, TLS included, is given up.
  static constexpr base::Duration connect_time_max = std::chrono::seconds{10};

  /// What a connection is, whoever made it.
  struct Facts {
    PointId point = 0;
    Transport transport = Transport::tcp;
    ConnectionId id;
    std::shared_ptr<const std::string> domain;  ///< who the peer had to prove to be; null: it came to us, or an address
    bool accepted = false;
  };

  /// `stream` was accepted, or is being made: then begin() gives it.
  Connection(io::Shard& shard, Owner& owner, Facts facts, std::unique_ptr<Wire> wire);
  void begin(std::unique_ptr<io::Stream> stream);

  void send(std::string_view message);
  /// Ends it. The owner hears of that before this returns.
  void give_up(std::string_view why);
  Flow flow() const { return {facts_.point, facts_.transport, stream_->remote(), facts_.id, facts_.domain}; }
  const Facts& facts() const { return facts_; }
  const base::Address& remote() const { return stream_->remote(); }
  ConnectionId id() const { return facts_.id; }
  /// Who the peer proved to be; null: nobody.
  const io::PeerNames* peer() const { return stream_->peer(); }

  void on_connected() override;
  void on_bytes(std::string_view bytes) override;
  void on_closed(io::Reason reason) override;

 private:
  /// False: the connection is over.
  bool take(Wire::Output& output);

  io::Shard& shard_;
  Owner& owner_;
  Facts facts_;
  std::unique_ptr<Wire> wire_;
  io::Timer stalled_;
  std::unique_ptr<io::Stream> stream_;
  bool gone_ = false;
  bool took_a_message_ = false;  // since the timer was set
};

}  // namespace endpoint
