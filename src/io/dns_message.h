// io/dns_message.h - the records of a DNS answer, with their time to live. RFC 1035 section 4.
#pragma once
#include <string_view>

#include "base/dns.h"

namespace io {

/// Records of one answer; a zone that has more gives the first.
inline constexpr std::size_t dns_records_max = 256;
/// A "no" without SOA is not worth more (RFC 2308 section 5 would not remember it at all).
inline constexpr std::chrono::seconds negative_ttl_without_soa{5};

/// Reads what `type` asked for; aliases (CNAME) were followed by the server that answered. A message that breaks off or
/// lies about its lengths is a failed answer. `none` when there is no such record.
base::dns::Answer read_dns_answer(std::string_view message, base::dns::Type type);

}  // namespace io
