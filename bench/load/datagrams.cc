#include "bench/load/datagrams.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace load {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Datagrams::Datagrams(std::uint16_t port) : file_{socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)} {
  const int room = 8 << 20;
  setsockopt(file_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  setsockopt(file_, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  const auto local = loopback(port);
  if (bind(file_, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0) return;
  std::perror("sipgen: bind");
  std::exit(2);
}

void Datagrams::send(std::string message, const Peer& to) {
  out_.push_back({std::move(message), to.address});
  if (out_.size() == batch) flush();
}

void Datagrams::flush() {
  std::array<mmsghdr, batch> headers{};
  std::array<iovec, batch> parts;
  for (std::size_t i = 0; i < out_.size(); ++i) {
    parts[i] = {out_[i].text.data(), out_[i].text.size()};
    headers[i].msg_hdr = {&out_[i].to, sizeof out_[i].to, &parts[i], 1, nullptr, 0, 0};
  }
  for (std::size_t sent = 0; sent < out_.size();) {
    const int n = sendmmsg(file_, headers.data() + sent, static_cast<unsigned>(out_.size() - sent), 0);
    if (n > 0) sent += static_cast<std::size_t>(n);
    else usleep(50);
  }
  out_.clear();
}

void Datagrams::receive(const Take& take) {
  static std::array<std::array<char, 8192>, batch> space;
  std::array<mmsghdr, batch> headers{};
  std::array<iovec, batch> parts;
  std::array<sockaddr_in, batch> from;
  for (std::size_t i = 0; i < batch; ++i) {
    parts[i] = {space[i].data(), space[i].size()};
    headers[i].msg_hdr = {&from[i], sizeof from[i], &parts[i], 1, nullptr, 0, 0};
  }
  const int n = recvmmsg(file_, headers.data(), batch, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < n; ++i) {
    const auto at = static_cast<std::size_t>(i);
    take(std::string_view{space[at].data(), headers[at].msg_len}, Peer{from[at], 0});
  }
}

}  // namespace load
