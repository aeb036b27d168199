#include "io/udp.h"

#include <sys/epoll.h>

#include <array>
#include <cstring>

#include "base/metrics.h"

namespace io {

namespace {

const base::metrics::Counter datagrams_in{"ahoy_udp_datagrams_in_total", "UDP datagrams received"};
const base::metrics::Counter datagrams_out{"ahoy_udp_datagrams_out_total", "UDP datagrams sent"};
const base::metrics::Counter datagrams_unsent{"ahoy_udp_datagrams_unsent_total", "UDP datagrams the kernel would not take"};

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
  reactor_.watch(*this, EPOLLIN);
}

void KernelUdp::on_ready(std::uint32_t) {
  if (prompt_) reactor_.hurry();
  for (int i = 0; i < batches_per_turn; ++i) {
    const auto batch = batch_.receive(file.get());
    if (batch.empty()) return;
    datagrams_in.add(batch.size());
    if (receiver) receiver->on_datagrams(batch);
    if (abandoned || batch.size() < UdpBatch::size) return;
  }
  reactor_.hurry();  // there may be more
}

void KernelUdp::send(const base::Address& to, std::string_view bytes) {
  if (bytes.empty()) return;
  outgoing_.push_back({to, bytes_.size(), bytes.size()});
  bytes_.append(bytes);
  reactor_.need_flush(*this);
}

void KernelUdp::flush() {
  auto& h = headers();
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
    if (sent > 0) datagrams_out.add(static_cast<std::uint64_t>(sent));
    // The first of the rest could not be sent: it is lost, as on the wire; go on behind it.
    if (sent < static_cast<int>(count)) datagrams_unsent.add();
    done += sent < static_cast<int>(count) ? static_cast<std::size_t>(std::max(sent, 0)) + 1 : count;
  }
  outgoing_.clear();
  bytes_.clear();
  constexpr std::size_t kept_bytes_max = 1 << 16;
  if (bytes_.capacity() > kept_bytes_max) bytes_.shrink_to_fit();
}

}  // namespace io
