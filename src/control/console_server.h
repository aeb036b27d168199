// control/console_server.h - the console's end in the server: a socket file only its owner may open.
//
// Protocol: a line is a command; the answer is its length in bytes, a line feed, and the text.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "control/commander.h"
#include "io/port.h"

namespace control {

class ConsoleServer : io::Acceptor {
 public:
  static constexpr std::size_t line_max = 64 * 1024;
  static constexpr std::size_t connections_max = 32;

  explicit ConsoleServer(House& house) : house_{house}, commander_{house} {}
  ~ConsoleServer() override;

  base::Result<void, io::Reason> open(const std::string& path);

 private:
  class Connection;
  void on_accepted(std::unique_ptr<io::Stream> stream) override;
  void forget(Connection& connection);

  House& house_;
  Commander commander_;
  std::unique_ptr<io::Listener> listener_;
  std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace control
