// base/dns.h - questions to a name service and its answers, as values.
//
// RFC 1035, RFC 2782 (SRV), RFC 3403 (NAPTR). What asks (io), what remembers (endpoint) and what decides (sip/targets)
// share these and nothing else.
#pragma once
#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"

namespace base::dns {

enum class Type : std::uint8_t { a, aaaa, srv, naptr };

struct Question {
  Type type = Type::a;
  std::string name;  ///< in lower case, without a dot at the end
  auto operator<=>(const Question&) const = default;
};

struct Srv {
  std::uint16_t priority = 0, weight = 0, port = 0;
  std::string target;  ///< "." is empty: the service is decidedly not available.
  bool operator==(const Srv&) const = default;
};

struct Naptr {
  std::uint16_t order = 0, preference = 0;
  std::string flags, service, regexp, replacement;
  bool operator==(const Naptr&) const = default;
};

struct Answer {
  enum class Status : std::uint8_t {
    found,
    none,    ///< The name or the type does not exist, says a server.
    failed,  ///< Nobody answered, or with an error: nothing is known.
  };
  Status status = Status::failed;
  std::chrono::seconds ttl{0};  ///< The least of the records, or of the SOA (RFC 2308).
  std::vector<Ip> addresses;    ///< of an a or aaaa question
  std::vector<Srv> services;
  std::vector<Naptr> pointers;
};

}  // namespace base::dns
