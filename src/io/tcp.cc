#include "io/tcp.h"

#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>

#include "base/log.h"
#include "base/metrics.h"
#include "base/require.h"

namespace io {

namespace {

const base::metrics::Counter handshakes{"ahoy_tls_handshakes_total", "TLS handshakes completed"};
const base::metrics::Counter handshakes_failed{"ahoy_tls_handshakes_failed_total", "TLS handshakes that failed"};

constexpr std::size_t read_at_once = 65'536;
constexpr int reads_per_turn = 4;
/// A queue that grew beyond this gives its memory back when it is empty: most connections are silent.
constexpr std::size_t queue_kept = 4096;

constexpr int probe_after_seconds = 30, probe_every_seconds = 10;
constexpr int gone_after_seconds = std::chrono::duration_cast<std::chrono::seconds>(KernelStream::gone_after).count();
constexpr int probes = (gone_after_seconds - probe_after_seconds) / probe_every_seconds;

void set(int fd, int option, int value) { setsockopt(fd, IPPROTO_TCP, option, &value, sizeof value); }

/// Small segments at once; and a peer that is gone is noticed, whether we have something to send or not.
void prepare(int fd) {
  const int on = 1;
  set(fd, TCP_NODELAY, on);
  setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  set(fd, TCP_KEEPIDLE, probe_after_seconds);
  set(fd, TCP_KEEPINTVL, probe_every_seconds);
  set(fd, TCP_KEEPCNT, probes);
  set(fd, TCP_USER_TIMEOUT, gone_after_seconds * 1000);
}

}  // namespace

KernelStream::KernelStream(Reactor& reactor, File socket, const base::Address& from, const Security& security)
    : local{local_address(socket.get())}, remote{from}, reactor_{reactor} {
  file = std::move(socket);
  prepare(file.get());
  if (security.credentials) {
    tls_ = TlsSession::accept(*security.credentials, file.get());
    state_ = State::handshaking;
  }
  reactor_.watch(*this, EPOLLIN | EPOLLRDHUP);
}

KernelStream::KernelStream(Reactor& reactor, const base::Address& to, StreamHandler* told, const Security& security)
    : remote{to}, handler{told}, reactor_{reactor}, security_{security}, state_{State::connecting} {
  const int family = to.ip.family == base::Family::ipv4 ? AF_INET : AF_INET6;
  file = File{::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  base::require(static_cast<bool>(file) || errno == EMFILE || errno == ENFILE, "no TCP socket");
  if (!file) {  // tell it from the loop, as every other failure
    failed_at_start_ = Reason::out_of_files;
    state_ = State::dead;
    reactor_.need_flush(*this);
    return;
  }
  prepare(file.get());
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
  if (state_ == State::connecting) return connected();
  if (state_ == State::handshaking) return shake_hands();
  if (events & EPOLLOUT) write_some();
  if (!abandoned && state_ == State::open && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))) read_all();
}

void KernelStream::connected() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(file.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return die(reason_of(error));
  local = local_address(file.get());
  if (!security_.credentials) return begin();
  tls_ = TlsSession::connect(*security_.credentials, file.get(), security_.domain);
  security_ = {};
  state_ = State::handshaking;
  shake_hands();
}

void KernelStream::shake_hands() {
  using Outcome = TlsSession::Outcome;
  switch (const auto outcome = tls_->handshake(); outcome) {
    case Outcome::done: handshakes.add(); return begin();
    case Outcome::want_write: return reactor_.change(*this, EPOLLOUT);
    case Outcome::want_read: return reactor_.change(*this, EPOLLIN | EPOLLRDHUP);
    default:
      handshakes_failed.add();
      base::log::notice("tls", "no connection with {}: {}", remote.text(), tls_->problem());
      return die(outcome == Outcome::not_trusted ? Reason::not_trusted : Reason::handshake_failed);
  }
}

void KernelStream::begin() {
  state_ = State::open;
  reactor_.change(*this, EPOLLIN | EPOLLRDHUP);
  if (handler) handler->on_connected();
  if (abandoned || state_ != State::open) return;
  write_some();
  // What came in the same segment as the end of a handshake is no event of epoll any more.
  if (tls_ && !abandoned && state_ == State::open) read_all();
}

TlsSession::Moved KernelStream::read(char* into, std::size_t room, bool from_socket) {
  using Outcome = TlsSession::Outcome;
  if (tls_) return tls_->read(into, room, from_socket);
  const auto got = ::recv(file.get(), into, room, 0);
  if (got > 0) return {Outcome::done, static_cast<std::size_t>(got)};
  if (got == 0) return {Outcome::closed};
  if (errno == EAGAIN || errno == EINTR) return {Outcome::want_read};
  failure_ = reason_of(errno);
  return {Outcome::failed};
}

TlsSession::Moved KernelStream::write(std::string_view bytes) {
  using Outcome = TlsSession::Outcome;
  if (tls_) return tls_->write(bytes);
  const auto put = ::send(file.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put >= 0) return {Outcome::done, static_cast<std::size_t>(put)};
  if (errno == EAGAIN) return {Outcome::want_write};
  if (errno == EINTR) return {Outcome::done};
  failure_ = reason_of(errno);
  return {Outcome::failed};
}

void KernelStream::end_by(TlsSession::Outcome outcome) {
  die(outcome == TlsSession::Outcome::closed ? Reason::closed : tls_ ? Reason::reset : failure_);
}

void KernelStream::read_all() {
  thread_local std::unique_ptr<char[]> room{new char[read_at_once]};
  for (std::size_t left = read_at_once * reads_per_turn;;) {
    // Of what TLS has read ahead epoll knows nothing: that is taken in any case.
    const auto got = read(room.get(), read_at_once, left > 0);
    if (got.outcome == TlsSession::Outcome::want_read || got.outcome == TlsSession::Outcome::want_write) return;
    if (got.outcome != TlsSession::Outcome::done) return end_by(got.outcome);
    if (handler) handler->on_bytes({room.get(), got.bytes});
    if (abandoned || state_ != State::open) return;
    left -= std::min(left, got.bytes);
    if (left == 0) reactor_.hurry();  // there may be more
    const bool more = tls_ ? tls_->has_more() : got.bytes == read_at_once && left > 0;
    if (!more) return;
  }
}

void KernelStream::flush() {
  if (state_ == State::dead && failed_at_start_ != Reason::other) return die(failed_at_start_);
  if (state_ == State::open && !waiting_for_room_) write_some();
  if (queue_.size() - sent_ > stream_queue_max) die(Reason::too_much_queued);
}

void KernelStream::end() {
  flush();
  if (tls_ && state_ == State::open) tls_->say_goodbye();
}

void KernelStream::write_some() {
  while (sent_ < queue_.size()) {
    const auto put = write(std::string_view{queue_}.substr(sent_));
    if (put.outcome == TlsSession::Outcome::want_write || put.outcome == TlsSession::Outcome::want_read) {
      if (!std::exchange(waiting_for_room_, true)) reactor_.change(*this, EPOLLIN | EPOLLOUT | EPOLLRDHUP);
      return;
    }
    if (put.outcome != TlsSession::Outcome::done) return end_by(put.outcome);
    sent_ += put.bytes;
  }
  if (queue_.capacity() > queue_kept) queue_ = {};
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

KernelListener::KernelListener(Reactor& reactor, File socket, Acceptor& acceptor,
                               std::shared_ptr<Credentials> credentials)
    : local{local_address(socket.get())}, reactor_{reactor}, acceptor_{acceptor}, security_{std::move(credentials), {}} {
  file = std::move(socket);
  reactor_.watch(*this, EPOLLIN);
}

void KernelListener::on_ready(std::uint32_t) {
  for (int i = 0; i < accepts_per_turn && !abandoned; ++i) {
    SocketAddress from;
    File accepted{accept4(file.get(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!accepted) return;
    auto stream = std::make_unique<KernelStream>(reactor_, std::move(accepted), to_address(from.storage), security_);
    acceptor_.on_accepted(std::make_unique<KernelStreamHandle>(reactor_, std::move(stream)));
  }
}

}  // namespace io
