// endpoint/penalties.h - servers that failed lately: they are tried last for a while (RFC 3263 section 4.3).
//
// Bounded; when full, the one that would be forgiven first is. Pure.
#pragma once
#include <algorithm>
#include <map>
#include <vector>

#include "endpoint/flow.h"

namespace endpoint {

class Penalties {
 public:
  static constexpr std::size_t servers_max = 1'024;
  /// A server that said nothing, or 503 without Retry-After.
  static constexpr base::Duration usual = std::chrono::seconds{60};
  /// Retry-After of a 503 counts up to this.
  static constexpr base::Duration longest = std::chrono::minutes{10};

  void add(const Flow& flow, base::Duration duration, base::Time now) {
    if (servers_.size() >= servers_max && !servers_.contains(key(flow)))
      servers_.erase(std::ranges::min_element(servers_, {}, [](const auto& entry) { return entry.second; }));
    servers_[key(flow)] = now + std::clamp(duration, base::Duration{0}, longest);
  }
  bool has(const Flow& flow, base::Time now) const {
    const auto found = servers_.find(key(flow));
    return found != servers_.end() && found->second > now;
  }
  /// Those without a penalty first, otherwise in the order they came in: when all have failed all are tried.
  void sort(std::vector<Flow>& flows, base::Time now) const {
    if (servers_.empty()) return;
    // Not of std::ranges, whose subrange clang 14 cannot read.
    std::stable_partition(flows.begin(), flows.end(), [&](const Flow& flow) { return !has(flow, now); });
  }
  std::size_t size() const { return servers_.size(); }

 private:
  using Key = std::pair<Transport, base::Address>;
  static Key key(const Flow& flow) { return {flow.transport, flow.remote}; }
  std::map<Key, base::Time> servers_;
};

}  // namespace endpoint
