#include "bench/load/streams.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace load {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n", length_field = "\r\nContent-Length:";

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "sipgen: %s\n", what);
  std::exit(2);
}

int connect_from(std::uint16_t port, const sockaddr_in& server) {
  const int file = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const linger at_once{1, 0};  // the port is free again for the next run
  setsockopt(file, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  const auto local = loopback(port);
  if (bind(file, reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) fail("the local port is in use");
  if (connect(file, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0) fail("no connection");
  return file;
}

/// Of a message whose head is whole.
std::size_t length_of_body(std::string_view head) {
  const auto at = head.find(length_field);
  if (at == std::string_view::npos) fail("a message without Content-Length");
  auto digits = head.substr(at + length_field.size());
  while (digits.starts_with(' ')) digits.remove_prefix(1);
  std::size_t length = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), length);
  return length;
}

/// Takes the whole messages off the front; what is left is the beginning of the next one.
void cut(std::string& bytes, const Way::Take& take, const Peer& from) {
  std::string_view rest{bytes};
  for (;;) {
    while (rest.starts_with("\r\n")) rest.remove_prefix(2);  // a keepalive
    const auto head = rest.find(end_of_head);
    if (head == std::string_view::npos) break;
    const auto size = head + end_of_head.size() + length_of_body(rest.substr(0, head + 2));
    if (rest.size() < size) break;
    take(rest.substr(0, size), from);
    rest.remove_prefix(size);
  }
  bytes.erase(0, bytes.size() - rest.size());
}

}  // namespace

Streams::Streams(std::uint16_t first_port, std::size_t count, const sockaddr_in& server, bool tls)
    : ready_{epoll_create1(0)} {
  if (tls) {
    context_.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_3_VERSION);  // the same with every server
    SSL_CTX_set_read_ahead(context_.get(), 1);
    SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  for (std::size_t i = 0; i < count; ++i) {
    auto& connection = connections_.emplace_back();
    connection.file = connect_from(static_cast<std::uint16_t>(first_port + i), server);
    if (tls) {
      connection.tls.reset(SSL_new(context_.get()));
      SSL_set_fd(connection.tls.get(), connection.file);
      if (SSL_connect(connection.tls.get()) != 1) fail("no TLS handshake");
    }
    fcntl(connection.file, F_SETFL, fcntl(connection.file, F_GETFL) | O_NONBLOCK);
    epoll_event wanted{EPOLLIN, {.u64 = i}};
    epoll_ctl(ready_, EPOLL_CTL_ADD, connection.file, &wanted);
  }
}

Streams::~Streams() {
  for (const auto& connection : connections_) close(connection.file);
  close(ready_);
}

long Streams::read(Connection& connection, char* into, std::size_t size) {
  if (!connection.tls) return recv(connection.file, into, size, 0);
  return SSL_read(connection.tls.get(), into, static_cast<int>(size));
}

long Streams::write(Connection& connection, std::string_view bytes) {
  if (!connection.tls) return ::send(connection.file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  return SSL_write(connection.tls.get(), bytes.data(), static_cast<int>(bytes.size()));
}

void Streams::flush() {
  for (auto& connection : connections_) {
    if (connection.out.empty()) continue;
    const auto sent = write(connection, connection.out);
    if (sent > 0) connection.out.erase(0, static_cast<std::size_t>(sent));  // the rest next time
  }
}

void Streams::receive(const Take& take) {
  static std::array<char, 64 << 10> space;
  std::array<epoll_event, 64> events;
  const int ready = epoll_wait(ready_, events.data(), static_cast<int>(events.size()), 0);
  for (int at = 0; at < ready; ++at) {
    const std::size_t i = events[static_cast<std::size_t>(at)].data.u64;
    auto& connection = connections_[i];
    long got = 0;
    do {
      got = read(connection, space.data(), space.size());
      if (got > 0) connection.in.append(space.data(), static_cast<std::size_t>(got));
    } while (got > 0 && (connection.tls || got == static_cast<long>(space.size())));
    if (got == 0 && !connection.tls) fail("the server has closed a connection");
    cut(connection.in, take, Peer{{}, i});
  }
}

}  // namespace load
