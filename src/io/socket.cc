#include "io/socket.h"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace io {

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

SocketAddress::SocketAddress(const base::Address& address) {
  if (address.ip.family == base::Family::ipv4) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::memcpy(&v4.sin_addr, address.ip.bytes.data(), 4);
    size = sizeof v4;
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    std::memcpy(&v6.sin6_addr, address.ip.bytes.data(), 16);
    size = sizeof v6;
  }
}

base::Address to_address(const sockaddr_storage& storage) {
  base::Address address;
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    address.port = ntohs(v4.sin_port);
    std::memcpy(address.ip.bytes.data(), &v4.sin_addr, 4);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    address.ip.family = base::Family::ipv6;
    address.port = ntohs(v6.sin6_port);
    std::memcpy(address.ip.bytes.data(), &v6.sin6_addr, 16);
  }
  return address;
}

Reason reason_of(int error) {
  switch (error) {
    case EADDRINUSE: return Reason::in_use;
    case EACCES:
    case EPERM: return Reason::not_permitted;
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT: return Reason::no_such_address;
    case EMFILE:
    case ENFILE: return Reason::out_of_files;
    case ECONNREFUSED: return Reason::refused;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH: return Reason::timed_out;
    case ECONNRESET:
    case EPIPE: return Reason::reset;
    default: return Reason::other;
  }
}

base::Address local_address(int fd) {
  SocketAddress address;
  getsockname(fd, address.get(), &address.size);
  return to_address(address.storage);
}

base::Result<File, Reason> bound_socket(int type, const base::Address& local, Sharing sharing) {
  const int family = local.ip.family == base::Family::ipv4 ? AF_INET : AF_INET6;
  File file{::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!file) return base::Unexpected<Reason>{reason_of(errno)};
  const int on = 1;
  if (family == AF_INET6) setsockopt(file.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (type == SOCK_STREAM) setsockopt(file.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (sharing == Sharing::every_shard) setsockopt(file.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
  const SocketAddress address{local};
  if (::bind(file.get(), address.get(), address.size) != 0) return base::Unexpected<Reason>{reason_of(errno)};
  return file;
}

base::Result<File, Reason> local_socket(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return base::Unexpected<Reason>{Reason::no_such_address};
  std::memcpy(address.sun_path, path.data(), path.size());
  File file{::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!file) return base::Unexpected<Reason>{reason_of(errno)};
  ::unlink(path.c_str());
  const mode_t before = ::umask(0177);
  const int bound = ::bind(file.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::umask(before);
  if (bound != 0 || ::listen(file.get(), SOMAXCONN) != 0) return base::Unexpected<Reason>{reason_of(errno)};
  return file;
}

}  // namespace io
