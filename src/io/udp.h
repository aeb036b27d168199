// io/udp.h - UDP in batches: recvmmsg in, sendmmsg once a turn out.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "io/address_filter.h"
#include "io/port.h"
#include "io/reactor.h"

namespace io {

/// Scratch room for one shard's recvmmsg, shared by all its sockets.
class UdpBatch {
 public:
  static constexpr std::size_t size = 64;
  static constexpr std::size_t datagram_max = 65'536;
  UdpBatch();
  /// Reads what is there, up to `size` datagrams.
  std::span<const Datagram> receive(int fd);

 private:
  std::unique_ptr<char[]> room_;
  std::vector<Datagram> batch_;
};

class KernelUdp : public Watched {
 public:
  /// A port of its own (Sharing::exclusive) is one for media: what comes there is not left to gather.
  KernelUdp(Reactor& reactor, UdpBatch& batch, File socket, Sharing sharing, UdpReceiver* receiver);

  void send(const base::Address& to, std::string_view bytes);
  void on_ready(std::uint32_t events) override;
  void flush() override;

  const base::Address local;
  UdpReceiver* receiver;

 private:
  /// Batches of one socket in one turn; more go in the next, so that no socket starves the others.
  static constexpr int batches_per_turn = 4;
  static constexpr int returned_per_turn = 64;
  void take_returned();
  struct Outgoing {
    base::Address to;
    std::size_t offset, size;
  };
  Reactor& reactor_;
  UdpBatch& batch_;
  const bool prompt_;
  std::vector<Outgoing> outgoing_;
  std::string bytes_;
};

/// What the owner holds: closes the socket when it goes.
class KernelUdpHandle : public UdpSocket {
 public:
  KernelUdpHandle(Reactor& reactor, std::unique_ptr<KernelUdp> socket) : reactor_{reactor}, socket_{socket.release()} {}
  ~KernelUdpHandle() override {
    socket_->receiver = nullptr;
    socket_->flush();  // a last answer is still sent
    reactor_.bury(socket_);
  }
  const base::Address& local() const override { return socket_->local; }
  void send(const base::Address& to, std::string_view bytes) override { socket_->send(to, bytes); }
  void set_receiver(UdpReceiver* receiver) override { socket_->receiver = receiver; }
  void shut_out(std::span<const base::Ip> networks) override {
    io::shut_out(socket_->file.get(), socket_->local.ip.family, networks);
  }

 private:
  Reactor& reactor_;
  KernelUdp* socket_;
};

}  // namespace io
