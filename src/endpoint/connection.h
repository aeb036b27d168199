// endpoint/connection.h - a SIP connection: frames out of bytes, keepalive, and an end to those that stall.
#pragma once
#include <memory>

#include "endpoint/flow.h"
#include "io/port.h"
#include "sip/framer.h"

namespace endpoint {

class Connection : public io::StreamHandler {
 public:
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void on_frame(Connection& connection, sip::Message message) = 0;
    /// The last call: the owner forgets the connection.
    virtual void on_gone(Connection& connection) = 0;
  };

  /// A message that was begun must be finished within this time.
  static constexpr base::Duration frame_time_max = std::chrono::seconds{32};
  /// A peer that could not be reached in this time is given up.
  static constexpr base::Duration connect_time_max = std::chrono::seconds{10};

  /// Accepted.
  Connection(io::Shard& shard, Owner& owner, PointId point, ConnectionId id, std::unique_ptr<io::Stream> stream);
  /// Being made.
  Connection(io::Shard& shard, Owner& owner, PointId point, ConnectionId id, const base::Address& remote);

  void send(std::string_view bytes) { stream_->send(bytes); }
  Flow flow() const { return {point_, Transport::tcp, stream_->remote(), id_, {}}; }
  const base::Address& remote() const { return stream_->remote(); }
  ConnectionId id() const { return id_; }

  void on_connected() override;
  void on_bytes(std::string_view bytes) override;
  void on_closed(io::Reason reason) override;

 private:
  void refuse(std::string head);
  void give_up();

  io::Shard& shard_;
  Owner& owner_;
  PointId point_;
  ConnectionId id_;
  sip::StreamFramer framer_;
  io::Timer stalled_;
  std::unique_ptr<io::Stream> stream_;
  bool gone_ = false;
};

}  // namespace endpoint
