// bench/load/datagrams.h - a UDP socket that sends and receives in batches.
#pragma once
#include "bench/load/way.h"

namespace load {

class Datagrams : public Way {
 public:
  explicit Datagrams(std::uint16_t port);
  void send(std::string message, const Peer& to) override;
  void flush() override;
  void receive(const Take& take) override;
  void add_files(std::vector<pollfd>& files) const override { files.push_back({file_, POLLIN, 0}); }

 private:
  static constexpr std::size_t batch = 32;
  struct Datagram {
    std::string text;
    sockaddr_in to;
  };
  int file_;
  std::vector<Datagram> out_;
};

}  // namespace load
