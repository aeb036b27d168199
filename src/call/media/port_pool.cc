#include "call/media/port_pool.h"

#include "base/metrics.h"

namespace call {

namespace {

const base::metrics::Gauge pairs_in_use{"ahoy_rtp_port_pairs_in_use", "RTP/RTCP port pairs that calls hold"};

/// The share of shard `id`: whole pairs, no overlap.
std::uint16_t share_begin(std::uint16_t first, std::uint16_t last, std::uint16_t id, std::uint16_t count) {
  const std::uint32_t even_first = (first + 1U) & ~1U;
  const std::uint32_t pairs = last > even_first ? (last - even_first + 1U) / 2U : 0;
  return static_cast<std::uint16_t>(even_first + 2U * (pairs * id / count));
}

}  // namespace

PortPool::PortPool(io::Shard& shard, std::uint16_t first, std::uint16_t last)
    : shard_{shard}, first_{share_begin(first, last, shard.id(), shard.count())},
      last_{static_cast<std::uint16_t>(
          share_begin(first, last, static_cast<std::uint16_t>(shard.id() + 1), shard.count()) - 1)},
      next_{first_} {}

std::size_t PortPool::capacity() const { return last_ > first_ ? (last_ - first_ + 1U) / 2U : 0; }

PortPool::Pair PortPool::take(const base::Ip& ip) {
  if (in_use_ >= capacity()) return {};
  Pair pair = reopen(ip);
  if (!pair) pair = open(ip);
  if (!pair) return {};
  ++in_use_;
  pairs_in_use.add();
  return pair;
}

PortPool::Pair PortPool::reopen(const base::Ip& ip) {
  const auto now = shard_.now();
  for (auto it = resting_.begin(); it != resting_.end() && now - it->since >= rest; ++it) {
    if (it->pair.rtp->local().ip != ip) continue;
    Pair pair = std::move(it->pair);
    resting_.erase(it);
    return pair;
  }
  return {};
}

PortPool::Pair PortPool::open(const base::Ip& ip) {
  // Ports that another program holds are stepped over; one round is enough to know that there is none.
  for (std::size_t tried = 0; tried < capacity(); ++tried) {
    const std::uint16_t port = next_;
    next_ = static_cast<std::uint16_t>(next_ + 2 > last_ ? first_ : next_ + 2);
    auto rtp = shard_.open_udp({ip, port}, io::Sharing::exclusive, nullptr);
    if (!rtp) {
      if (rtp.error() == io::Reason::out_of_files || rtp.error() == io::Reason::no_such_address) return {};
      continue;
    }
    auto rtcp = shard_.open_udp({ip, static_cast<std::uint16_t>(port + 1)}, io::Sharing::exclusive, nullptr);
    if (rtcp) return {std::move(*rtp), std::move(*rtcp)};
  }
  return {};
}

void PortPool::give_back(Pair pair) {
  if (!pair) return;
  --in_use_;
  pairs_in_use.remove();
  pair.rtp->set_receiver(nullptr);
  pair.rtcp->set_receiver(nullptr);
  if (resting_.size() < open_unused_max) resting_.push_back({shard_.now(), std::move(pair)});
}

}  // namespace call
