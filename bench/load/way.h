// bench/load/way.h - how one side of the load exchanges messages with the server: datagrams, or N connections.
#pragma once
#include <netinet/in.h>
#include <poll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace load {

/// Whom a message is for or from: an address for datagrams, the number of a connection otherwise.
struct Peer {
  sockaddr_in address{};
  std::size_t connection = 0;
};

class Way {
 public:
  using Take = std::function<void(std::string_view message, const Peer& from)>;

  virtual ~Way() = default;
  /// Collects; flush() sends.
  virtual void send(std::string message, const Peer& to) = 0;
  virtual void flush() = 0;
  /// Whatever is there.
  virtual void receive(const Take& take) = 0;
  /// What to wait for.
  virtual void add_files(std::vector<pollfd>& files) const = 0;
};

sockaddr_in loopback(std::uint16_t port);

}  // namespace load
