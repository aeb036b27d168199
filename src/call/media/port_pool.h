// call/media/port_pool.h - pairs of UDP ports for RTP (even) and RTCP (the odd one above), RFC 3550 section 11.
//
// One pool a shard, each with its own share of the range, so that shards never meet. Sockets of a pair that was given
// back stay open for the next call: opening and binding four sockets would cost more than everything else in
// a call. A pair rests before it is used again, so that late packets of the old call do not reach the new one.
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "io/port.h"

namespace call {

class PortPool {
 public:
  struct Pair {
    std::unique_ptr<io::UdpSocket> rtp, rtcp;
    explicit operator bool() const { return rtp != nullptr; }
  };

  /// How long a pair rests, and how many unused pairs stay open.
  static constexpr base::Duration rest = std::chrono::seconds{2};
  static constexpr std::size_t open_unused_max = 4096;

  /// The range is that of the whole program, both ends included; the shard takes its share.
  PortPool(io::Shard& shard, std::uint16_t first, std::uint16_t last);

  /// Bound to `ip`, receiving for nobody yet. Empty when the range is used up.
  Pair take(const base::Ip& ip);
  void give_back(Pair pair);

  std::size_t in_use() const { return in_use_; }
  std::size_t capacity() const;

 private:
  struct Resting {
    base::Time since;
    Pair pair;
  };
  Pair reopen(const base::Ip& ip);
  Pair open(const base::Ip& ip);

  io::Shard& shard_;
  std::uint16_t first_, last_;
  std::uint16_t next_;
  std::size_t in_use_ = 0;
  std::deque<Resting> resting_;
};

}  // namespace call
