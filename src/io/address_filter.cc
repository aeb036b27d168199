#include "io/address_filter.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <vector>

namespace io {

namespace {

// Where the sender stands in the network header.
constexpr std::uint32_t from_ipv4 = static_cast<std::uint32_t>(SKF_NET_OFF) + 12;
constexpr std::uint32_t from_ipv6 = static_cast<std::uint32_t>(SKF_NET_OFF) + 8;
constexpr std::uint32_t whole_packet = 0xffff'ffff, nothing = 0;

std::uint32_t word(const base::Ip& ip, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | ip.bytes[i];
  return value;
}

sock_filter load(std::uint32_t from) { return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, from); }
sock_filter answer(std::uint32_t bytes) { return BPF_STMT(BPF_RET | BPF_K, bytes); }
/// Goes on when the word is `value`, else leaves out so many instructions.
sock_filter unless(std::uint32_t value, std::uint8_t left_out) { return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, left_out); }

/// Each address is a few instructions of its own: jumps reach 255 instructions only.
std::vector<sock_filter> program(base::Family family, std::span<const base::Ip> networks) {
  std::vector<sock_filter> code;
  const bool v4 = family == base::Family::ipv4;
  if (v4) code.push_back(load(from_ipv4));
  std::size_t count = 0;
  for (const auto& network : networks) {
    if (network.family != family) continue;
    if (count++ == filtered_max(family)) break;
    if (!v4) code.insert(code.end(), {load(from_ipv6), unless(word(network, 0), 3), load(from_ipv6 + 4)});
    code.insert(code.end(), {unless(word(network, v4 ? 0 : 4), 1), answer(nothing)});
  }
  if (count == 0) return {};
  code.push_back(answer(whole_packet));
  return code;
}

}  // namespace

bool shut_out(int socket, base::Family family, std::span<const base::Ip> networks) {
  auto code = program(family, networks);
  const sock_fprog filter{static_cast<unsigned short>(code.size()), code.data()};
  if (!code.empty() && setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0) return true;
  const int none = 0;
  setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none);  // there may be none
  return code.empty();
}

}  // namespace io
