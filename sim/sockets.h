// sim/sockets.h - the simulated sockets behind io's interfaces.
#pragma once
#include "sim/world.h"

namespace sim {

class SimUdp : public io::UdpSocket {
 public:
  SimUdp(World& world, Host& host, std::uint16_t shard, base::Address local, io::UdpReceiver* receiver);
  ~SimUdp() override;
  const base::Address& local() const override { return local_; }
  void send(const base::Address& to, std::string_view bytes) override;
  void set_receiver(io::UdpReceiver* receiver) override { receiver_ = receiver; }
  std::uint16_t shard() const { return shard_; }

 private:
  friend class World;
  World& world_;
  Host& host_;
  std::uint16_t shard_;
  base::Address local_;
  io::UdpReceiver* receiver_;
};

/// One end of a TCP connection. Both ends know each other by number, so that either may die first.
class SimStream : public io::Stream {
 public:
  /// How long TCP tries through a partition before it gives up.
  static constexpr base::Duration give_up_after = std::chrono::seconds{60};

  SimStream(World& world, Host& host, base::Address local, base::Address remote, io::StreamHandler* handler);
  ~SimStream() override;
  const base::Address& local() const override { return local_; }
  const base::Address& remote() const override { return remote_; }
  void send(std::string_view bytes) override;
  void set_handler(io::StreamHandler* handler) override { handler_ = handler; }

  std::uint64_t id() const { return id_; }
  /// Starts connecting; the outcome comes as an event.
  void connect();

 private:
  friend class World;
  void transmit(std::string bytes);
  void carry(std::string bytes, bool closing, base::Time since);
  static void arrive(World& world, std::uint64_t at, const std::string& bytes, bool closing);
  void join(SimStream& peer);
  void close(io::Reason reason);

  World& world_;
  Host& host_;
  base::Address local_, remote_;
  io::StreamHandler* handler_;
  std::uint64_t id_;
  std::uint64_t peer_ = 0;  // 0: not connected yet, or no more
  Host* peer_host_ = nullptr;
  base::Time last_arrival_{};
  std::string before_connected_;
  bool dead_ = false;
};

class SimListener : public io::Listener {
 public:
  /// `secure`: accepted streams are told when the handshake would be over.
  SimListener(World& world, Host& host, base::Address local, io::Acceptor& acceptor, bool secure);
  ~SimListener() override;
  const base::Address& local() const override { return local_; }

 private:
  friend class World;
  friend class SimStream;
  World& world_;
  Host& host_;
  base::Address local_;
  io::Acceptor& acceptor_;
  bool secure_;
};

}  // namespace sim
