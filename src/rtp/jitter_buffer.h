// rtp/jitter_buffer.h - puts RTP packets back in order, just in time to be played.
//
// RFC 3550 section 6.4.1 (interarrival jitter) and appendix A.1 (sequence wrap).
// Pure: driven by put() and take(), never blocks, never allocates after
// construction. One per receiving stream; belongs to one shard.
//
// Units   media time: samples of the stream's clock rate.  wall time: base::Time.
// Errors  a packet that cannot be used is counted in stats(), never reported
//         up the call: loss is normal here, not exceptional.
// Cost    put() and take() are O(1); memory is capacity * (payload_max + 40) bytes.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "rtp/packet.h"

namespace rtp {

class JitterBuffer {
 public:
  static constexpr std::uint16_t max_capacity = 1'024;

  struct Config {
    std::uint32_t clock_hz = 8'000;
    base::Duration frame = std::chrono::milliseconds{20};  ///< Played by each take().
    base::Duration delay_min = std::chrono::milliseconds{20};
    base::Duration delay_max = std::chrono::milliseconds{200};
    std::uint16_t capacity = 64;       ///< Packets; a power of two.
    std::uint16_t payload_max = 1'460; ///< Larger payloads are counted as overflowed.
  };
  enum class ConfigError : std::uint8_t { capacity_not_a_power_of_two, delays_out_of_order, no_frame };

  /// Packets by fate; received == played + late + duplicate + overflowed + held.
  struct Stats {
    std::uint64_t received = 0, played = 0, late = 0, duplicate = 0, overflowed = 0;
    std::uint64_t concealed = 0;  ///< Frames for which nothing was there, while talking.
    std::uint64_t held = 0;       ///< Waiting now.
  };

  static base::Result<JitterBuffer, ConfigError> create(const Config& config);

  /// Copies `packet`, which reached the socket at `arrived`.
  void put(const Packet& packet, base::Time arrived);
  /// The packet to play at `now`, valid until the next call; empty means conceal one frame.
  /// Call once per frame.
  std::optional<Packet> take(base::Time now);
  /// Forgets everything held (hold, transfer, a new source). Counts it as overflowed.
  void reset();

  /// The present playout delay, between delay_min and delay_max.
  base::Duration delay() const { return delay_; }
  Stats stats() const { return stats_; }
  /// True after take() answered nothing because the talk spurt is over, not because a packet is missing.
  bool is_silent() const { return silent_; }

 private:
  struct Slot {
    bool used = false;
    Packet packet;
    std::uint16_t bytes = 0;
    base::Time arrived;
  };
  explicit JitterBuffer(const Config& config);
  Slot& slot_of(std::uint16_t sequence) { return slots_[sequence & (config_.capacity - 1U)]; }
  void begin(const Packet& packet, base::Time arrived);
  void measure(const Packet& packet, base::Time arrived);
  bool make_room(const Packet& packet, base::Time arrived);
  base::Duration media(std::int64_t units) const;
  base::Duration wanted_delay() const;

  Config config_;
  std::vector<Slot> slots_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint8_t> playing_;
  Stats stats_;
  bool started_ = false;
  bool silent_ = true;
  std::uint32_t ssrc_ = 0;
  std::uint16_t next_ = 0;               // sequence to be played next
  std::uint16_t newest_ = 0;
  std::uint32_t base_timestamp_ = 0;     // played at base_time_ + delay_
  base::Time base_time_{};
  base::Duration delay_{};
  std::uint32_t last_timestamp_ = 0;     // for jitter
  base::Time last_arrival_{};
  base::Duration jitter_{};
  base::Duration peak_{};
  int missing_ = 0;                      // frames concealed in a row
};

}  // namespace rtp
