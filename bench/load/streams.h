// bench/load/streams.h - connections to the server, TCP or TLS, and the messages in their bytes.
//
// Each has a local port of its own, from `first_port` on, which its side names as its Contact: a server that looks for
// a connection with that address finds this one. The server's certificate is not verified: it is not what is measured.
#pragma once
#include <openssl/ssl.h>

#include <memory>

#include "bench/load/way.h"

namespace load {

class Streams : public Way {
 public:
  Streams(std::uint16_t first_port, std::size_t count, const sockaddr_in& server, bool tls);
  ~Streams() override;
  void send(std::string message, const Peer& to) override { connections_[to.connection].out += message; }
  void flush() override;
  void receive(const Take& take) override;
  void add_files(std::vector<pollfd>& files) const override { files.push_back({ready_, POLLIN, 0}); }

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
  };
  struct Connection {
    int file = -1;
    std::unique_ptr<SSL, FreeSession> tls;  // null: plain TCP
    std::string in, out;
  };

  static long read(Connection& connection, char* into, std::size_t size);
  static long write(Connection& connection, std::string_view bytes);

  int ready_;  // epoll: the connections with something to read
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::vector<Connection> connections_;
};

}  // namespace load
