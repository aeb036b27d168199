// io/resolve.h - the system's resolver: /etc/hosts and A/AAAA records. It blocks: only for work given to offload.
#pragma once
#include <string>
#include <vector>

#include "base/address.h"

namespace io {

/// Addresses of a host name in the resolver's order, without repetition; empty when it has none.
std::vector<base::Ip> resolve_host(const std::string& name);

}  // namespace io
