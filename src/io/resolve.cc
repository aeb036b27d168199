#include "io/resolve.h"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace io {

std::vector<base::Ip> resolve_host(const std::string& name) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_DGRAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  std::vector<base::Ip> found;
  if (getaddrinfo(name.c_str(), nullptr, &wanted, &list) != 0) return found;
  for (const addrinfo* entry = list; entry; entry = entry->ai_next) {
    base::Ip ip;
    if (entry->ai_family == AF_INET) {
      std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ai_addr)->sin_addr, 4);
    } else if (entry->ai_family == AF_INET6) {
      ip.family = base::Family::ipv6;
      std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(entry->ai_addr)->sin6_addr, 16);
    } else {
      continue;
    }
    if (std::ranges::find(found, ip) == found.end()) found.push_back(ip);
  }
  freeaddrinfo(list);
  return found;
}

}  // namespace io
