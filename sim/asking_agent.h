// sim/asking_agent.h - a peer that asks with text and reads one answer: for tests of servers that answer at once.
#pragma once
#include <string>
#include <vector>

#include "sim/world.h"
#include "sip/message.h"

namespace sim {

/// One UDP socket on a host.
class AskingAgent : io::UdpReceiver {
 public:
  AskingAgent(World& world, Host& host, std::uint16_t port) : world_{world} {
    auto opened = host.shard().open_udp({host.ip(), port}, io::Sharing::exclusive, this);
    base::require(opened.has_value(), "an asking agent's port is taken");
    socket_ = std::move(*opened);
  }

  const base::Address& address() const { return socket_->local(); }
  /// `text` with \n for line ends, without the empty line at its end.
  void send(const base::Address& to, std::string_view text) {
    std::string wire;
    for (const char c : text) wire.append(c == '\n' ? "\r\n" : std::string(1, c));
    socket_->send(to, wire + "\r\n\r\n");
  }
  /// Sends, and waits for what comes back; an empty message when nothing does.
  sip::Message ask(const base::Address& to, std::string_view text) {
    received_.clear();
    send(to, text);
    world_.run_until([this] { return !received_.empty(); }, std::chrono::seconds{5});
    return received_.empty() ? sip::Message{} : received_.back();
  }
  const std::vector<sip::Message>& received() const { return received_; }

 private:
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch)
      if (auto message = sip::Message::parse(std::string{datagram.bytes})) received_.push_back(std::move(*message));
  }

  World& world_;
  std::unique_ptr<io::UdpSocket> socket_;
  std::vector<sip::Message> received_;
};

}  // namespace sim
