#include "io/tcp.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "base/require.h"

namespace io {

namespace {
constexpr std::size_t read_at_once = 65'536;
constexpr int reads_per_turn = 4;

void send_small_segments_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}
}  // namespace

KernelStream::KernelStream(Reactor& reactor, File socket, const base::Address& from)
    : local{local_address(socket.get())}, remote{from}, reactor_{reactor} {
  file = std::move(socket);
  send_small_segments_at_once(file.get());
  reactor_.watch(*this, EPOLLIN | EPOLLRDHUP);
}

KernelStream::KernelStream(Reactor& reactor, const base::Address& to, StreamHandler* told)
    : remote{to}, handler{told}, reactor_{reactor}, state_{State::connecting} {
  const int family = to.ip.family == base::Family::ipv4 ? AF_INET : AF_INET6;
  file = File{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  base::require(static_cast<bool>(file) || errno == EMFILE || errno == ENFILE, "no TCP socket");
  if (!file) {  // tell it from the loop, as every other failure
    failed_at_start_ = Reason::out_of_files;
    state_ = State::dead;
    reactor_.need_flush(*this);
    return;
  }
  send_small_segments_at_once(file.get());
  const SocketAddress address{to};
  if (::connect(file.get(), address.get(), address.size) != 0 && errno != EINPROGRESS) {
    failed_at_start_ = reason_of(errno);
    state_ = State::dead;
    reactor_.need_flush(*this);
    return;
  }
  local = local_address(file.get());
  reactor_.watch(*this, EPOLLOUT);
}

void KernelStream::send(std::string_view bytes) {
  if (state_ == State::dead) return;
  queue_.append(bytes);
  reactor_.need_flush(*this);
}

void KernelStream::on_ready(std::uint32_t events) {
  if (state_ == State::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(file.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return die(reason_of(error));
    state_ = State::open;
    local = local_address(file.get());
    reactor_.change(*this, EPOLLIN | EPOLLRDHUP);
    if (handler) handler->on_connected();
    if (!abandoned) write_some();
    return;
  }
  if (events & EPOLLOUT) write_some();
  if (!abandoned && state_ == State::open && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) read_all();
}

void KernelStream::read_all() {
  thread_local std::unique_ptr<char[]> room{new char[read_at_once]};
  for (int i = 0; i < reads_per_turn; ++i) {
    const auto got = ::recv(file.get(), room.get(), read_at_once, 0);
    if (got == 0) return die(Reason::closed);
    if (got < 0) {
      if (errno != EAGAIN && errno != EINTR) die(reason_of(errno));
      return;
    }
    if (handler) handler->on_bytes({room.get(), static_cast<std::size_t>(got)});
    if (abandoned || state_ != State::open || static_cast<std::size_t>(got) < read_at_once) return;
  }
}

void KernelStream::flush() {
  if (state_ == State::dead && failed_at_start_ != Reason::other) return die(failed_at_start_);
  if (state_ == State::open && !waiting_for_room_) write_some();
  if (queue_.size() - sent_ > stream_queue_max) die(Reason::too_much_queued);
}

void KernelStream::write_some() {
  while (sent_ < queue_.size()) {
    const auto put = ::send(file.get(), queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL);
    if (put < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return die(reason_of(errno));
      if (!std::exchange(waiting_for_room_, true)) reactor_.change(*this, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
      return;
    }
    sent_ += static_cast<std::size_t>(put);
  }
  queue_.clear();
  sent_ = 0;
  if (std::exchange(waiting_for_room_, false)) reactor_.change(*this, EPOLLIN | EPOLLRDHUP);
}

void KernelStream::die(Reason reason) {
  state_ = State::dead;
  queue_.clear();
  sent_ = 0;
  failed_at_start_ = Reason::other;
  if (file) reactor_.change(*this, 0);
  if (auto* told = std::exchange(handler, nullptr)) told->on_closed(reason);
}

KernelListener::KernelListener(Reactor& reactor, File socket, Acceptor& acceptor)
    : local{local_address(socket.get())}, reactor_{reactor}, acceptor_{acceptor} {
  file = std::move(socket);
  reactor_.watch(*this, EPOLLIN);
}

void KernelListener::on_ready(std::uint32_t) {
  for (int i = 0; i < accepts_per_turn && !abandoned; ++i) {
    SocketAddress from;
    File accepted{accept4(file.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!accepted) return;
    auto stream = std::make_unique<KernelStream>(reactor_, std::move(accepted), to_address(from.storage));
    acceptor_.on_accepted(std::make_unique<KernelStreamHandle>(reactor_, std::move(stream)));
  }
}

}  // namespace io
