// io/address_filter.h - the kernel drops what some addresses send to a socket; nobody is woken for it.
#pragma once
#include <span>

#include "base/address.h"

namespace io {

/// A socket filter compares with so many, one after the other: a microsecond of the kernel's at most. An IPv6 network
/// takes more instructions, and a socket has room for 20 KiB of them (net.core.optmem_max), old and new together.
constexpr std::size_t filtered_max(base::Family family) { return family == base::Family::ipv4 ? 512 : 128; }

/// The first filtered_max() of `networks` (IPv4 addresses, IPv6 networks of 64 bits) that are of the socket's family; none:
/// everybody is let in. False: the kernel refused, and everybody is.
bool shut_out(int socket, base::Family family, std::span<const base::Ip> networks);

}  // namespace io
