#include "io/udp.h"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/metrics.h"

namespace io {

namespace {

const base::metrics::Counter datagrams_in{"ahoy_udp_datagrams_in_total", "UDP datagrams received"};
const base::metrics::Counter datagrams_out{"ahoy_udp_datagrams_out_total", "UDP datagrams sent"};
const base::metrics::Counter datagrams_unsent{"ahoy_udp_datagrams_unsent_total", "UDP datagrams the kernel would not take"};
const base::metrics::Counter datagrams_returned{"ahoy_udp_datagrams_returned_total", "UDP datagrams that ICMP gave back"};

/// Section 18.4 of RFC 3261: these end a transaction, "time exceeded" and "fragmentation needed" do not.
bool is_unreachable(int error) {
  return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH || error == EHOSTDOWN || error == ENONET ||
         error == EACCES || error == EPROTO;
}

struct Headers {
  std::array<mmsghdr, UdpBatch::size> message{};
  std::array<iovec, UdpBatch::size> piece{};
  std::array<sockaddr_storage, UdpBatch::size> name{};
};

Headers& headers() {
  thread_local Headers scratch;
  return scratch;
}

}  // namespace

// Left uninitialised on purpose: pages that no datagram reaches are never touched.
UdpBatch::UdpBatch() : room_{new char[size * datagram_max]} { batch_.reserve(size); }

std::span<const Datagram> UdpBatch::receive(int fd) {
  auto& h = headers();
  for (std::size_t i = 0; i < size; ++i) {
    h.piece[i] = {room_.get() + i * datagram_max, datagram_max};
    h.message[i].msg_hdr = {};
    h.message[i].msg_hdr.msg_name = &h.name[i];
    h.message[i].msg_hdr.msg_namelen = sizeof h.name[i];
    h.message[i].msg_hdr.msg_iov = &h.piece[i];
    h.message[i].msg_hdr.msg_iovlen = 1;
  }
  batch_.clear();
  const int got = recvmmsg(fd, h.message.data(), size, MSG_DONTWAIT, nullptr);
  for (int i = 0; i < got; ++i) {
    const auto n = static_cast<std::size_t>(i);
    batch_.push_back({to_address(h.name[n]), {room_.get() + n * datagram_max, h.message[n].msg_len}});
  }
  return batch_;
}

KernelUdp::KernelUdp(Reactor& reactor, UdpBatch& batch, File socket, Sharing sharing, UdpReceiver* to)
    : local{local_address(socket.get())}, receiver{to}, reactor_{reactor}, batch_{batch},
      prompt_{sharing == Sharing::exclusive} {
  file = std::move(socket);
  if (!prompt_) {
    const int on = 1;
    const bool v4 = local.ip.family == base::Family::ipv4;
    setsockopt(file.get(), v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_RECVERR : IPV6_RECVERR, &on, sizeof on);
  }
  reactor_.watch(*this, EPOLLIN);
}

void KernelUdp::take_returned() {
  for (int i = 0; i < returned_per_turn && !abandoned; ++i) {
    std::array<char, 2048> bytes;  // a host quotes 576 bytes at most (RFC 1812), IPv6 what fits into 1280
    alignas(cmsghdr) std::array<char, 512> control;
    sockaddr_storage name{};
    iovec piece{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_name = &name;
    message.msg_namelen = sizeof name;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const auto got = recvmsg(file.get(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
    if (got < 0) return;
    for (auto* note = CMSG_FIRSTHDR(&message); note != nullptr; note = CMSG_NXTHDR(&message, note)) {
      const bool about_error = (note->cmsg_level == IPPROTO_IP && note->cmsg_type == IP_RECVERR) ||
                               (note->cmsg_level == IPPROTO_IPV6 && note->cmsg_type == IPV6_RECVERR);
      if (!about_error) continue;
      sock_extended_err error;
      std::memcpy(&error, CMSG_DATA(note), sizeof error);
      if (!is_unreachable(static_cast<int>(error.ee_errno))) continue;
      datagrams_returned.add();
      if (receiver) receiver->on_returned({to_address(name), {bytes.data(), static_cast<std::size_t>(got)}});
    }
  }
}

void KernelUdp::on_ready(std::uint32_t events) {
  if (prompt_) reactor_.hurry();
  else if ((events & EPOLLERR) != 0) take_returned();
  for (int i = 0; i < batches_per_turn; ++i) {
    const auto batch = batch_.receive(file.get());
    if (batch.empty()) return;
    datagrams_in.add(batch.size());
    if (receiver) receiver->on_datagrams(batch);
    if (abandoned || batch.size() < UdpBatch::size) return;
  }
  reactor_.leave_unread();
}

void KernelUdp::send(const base::Address& to, std::string_view bytes) {
  if (bytes.empty()) return;
  outgoing_.push_back({to, bytes_.size(), bytes.size()});
  bytes_.append(bytes);
  reactor_.need_flush(*this);
}

void KernelUdp::flush() {
  auto& h = headers();
  bool told_of_another = false;  // an error of an earlier datagram, which the kernel reports in place of sending
  for (std::size_t done = 0; done < outgoing_.size();) {
    const std::size_t count = std::min(UdpBatch::size, outgoing_.size() - done);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& out = outgoing_[done + i];
      const SocketAddress to{out.to};
      std::memcpy(&h.name[i], &to.storage, to.size);
      h.piece[i] = {bytes_.data() + out.offset, out.size};
      h.message[i].msg_hdr = {};
      h.message[i].msg_hdr.msg_name = &h.name[i];
      h.message[i].msg_hdr.msg_namelen = to.size;
      h.message[i].msg_hdr.msg_iov = &h.piece[i];
      h.message[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent = sendmmsg(file.get(), h.message.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (sent < 0 && is_unreachable(errno) && !std::exchange(told_of_another, true)) continue;
    told_of_another = false;
    if (sent > 0) {  // why there were not more, the next call says
      datagrams_out.add(static_cast<std::uint64_t>(sent));
      done += static_cast<std::size_t>(sent);
    } else {  // the first of the rest could not be sent: it is lost, as on the wire; go on behind it
      datagrams_unsent.add();
      ++done;
    }
  }
  outgoing_.clear();
  bytes_.clear();
  constexpr std::size_t kept_bytes_max = 1 << 16;
  if (bytes_.capacity() > kept_bytes_max) bytes_.shrink_to_fit();
}

}  // namespace io
