// io/socket.h - file descriptors, socket addresses and errno, kept inside this room.
#pragma once
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "base/address.h"
#include "base/result.h"
#include "io/port.h"

namespace io {

/// Owns a descriptor.
class File {
 public:
  File() = default;
  explicit File(int fd) : fd_{fd} {}
  File(File&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  explicit SocketAddress(const base::Address& address);
  SocketAddress() : size{sizeof storage} {}
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

base::Address to_address(const sockaddr_storage& storage);
Reason reason_of(int error);
base::Address local_address(int fd);

/// Non-blocking, close-on-exec, bound. IPv6 sockets take IPv6 only: a dual-stack profile opens two.
base::Result<File, Reason> bound_socket(int type, const base::Address& local, Sharing sharing);

/// A listening socket file with mode 0600; an old one at that path is replaced.
base::Result<File, Reason> local_socket(const std::string& path);

}  // namespace io
