// rtp/jitter_buffer.h - puts RTP packets back in order, just in time to be played.
//
// RFC 3550 section 6.4.1 (interarrival jitter) and appendix A.1 (sequence wrap).
// Pure: driven by put() and take(), never blocks, never allocates after
// construction. One per receiving stream; belongs to one shard.
//
// Units   media time: samples of the stream's clock rate.  wall time: base::Time.
// Errors  a packet that cannot be used is counted in stats(), never reported
//         up the call: loss is normal here, not exceptional.
// Cost    put() and take() are O(1) (after a loss, O(packets lost)); memory is capacity * (payload_max + 100) bytes.
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

  /// Packets by fate; received == played + late + duplicate + overflowed + skipped + held.
  struct Stats {
    std::uint64_t received = 0, played = 0, late = 0, duplicate = 0, overflowed = 0;
    std::uint64_t skipped = 0;    ///< Given up to shorten a delay that is no longer needed.
    std::uint64_t concealed = 0;  ///< Frames for which nothing was there, while talking.
    std::uint64_t held = 0;       ///< Waiting now.
  };

  static base::Result<JitterBuffer, ConfigError> create(const Config& config);

  /// Copies `packet`, which reached the socket at `arrived`.
  void put(const Packet& packet, base::Time arrived);
  /// A packet of the stream that is not audio (a telephone event) had this number: its place is not a loss.
  void pass_over(std::uint16_t sequence);
  /// The packet to play at `now`, valid until the next put(); empty means conceal one frame, or, when
  /// is_silent(), play silence. Call once per frame.
  std::optional<Packet> take(base::Time now);
  /// Forgets everything held (hold, transfer, a new source). Counts it as overflowed.
  void reset();

  /// The present playout delay over the fastest packet, between delay_min and delay_max.
  base::Duration delay() const { return delay_; }
  Stats stats() const { return stats_; }
  /// True after take() answered nothing because the talk spurt is over, not because a packet is missing.
  bool is_silent() const { return silent_; }

 private:
  static constexpr int max_misorder = 100;       // packets; further back is a restart
  static constexpr int max_dropout = 3'000;      // packets; further ahead is a restart
  static constexpr int max_concealed = 10;       // frames in a row; then it is silence
  static constexpr int max_late_in_a_row = 5;    // then the path has become longer: begin again
  static constexpr base::Duration window = std::chrono::seconds{2};           // over which delay is judged
  static constexpr base::Duration shrink_interval = std::chrono::seconds{1};  // one frame at a time
  static constexpr base::Duration max_variation = std::chrono::seconds{10};   // more is a new time line

  struct Slot {
    bool used = false;
    bool hole = false;
    Packet packet;
  };
  explicit JitterBuffer(const Config& config);
  Slot& slot_of(std::uint16_t sequence) { return slots_[sequence & (config_.capacity - 1U)]; }
  bool holds(std::uint16_t sequence);
  void begin(const Packet& packet, base::Time arrived);
  /// How much later than the fastest packet this one came.
  base::Duration variation(const Packet& packet, base::Time arrived) const;
  void track(base::Duration variation, const Packet& packet, base::Time arrived);
  bool admit_late(base::Duration variation, const Packet& packet, base::Time arrived);
  void move_next_to(std::uint16_t sequence, std::uint64_t& given_up);
  void store(const Packet& packet);
  Packet play();
  std::optional<Packet> underrun();
  void shrink(base::Time now);
  bool is_due(const Packet& packet, base::Time now) const;
  base::Duration media(std::int64_t units) const;
  base::Duration wanted_delay() const;

  Config config_;
  std::vector<Slot> slots_;
  std::vector<std::uint8_t> bytes_;
  Stats stats_;
  bool started_ = false;
  bool fresh_ = true;    // nothing played since begin()
  bool silent_ = true;
  std::uint32_t ssrc_ = 0;
  std::uint16_t next_ = 0;  // sequence to be played next
  std::uint16_t newest_ = 0;
  // The fastest packet's line: what has base_timestamp_ would reach us at base_time_ and is played delay_ later.
  std::uint32_t base_timestamp_ = 0;
  base::Time base_time_{};
  base::Duration delay_{};
  // Extremes of variation() in this window and the one before.
  base::Time window_end_{};
  base::Duration window_min_{}, window_max_{}, last_max_{};
  base::Time last_shrink_{};
  int missing_ = 0;      // frames concealed in a row
  int late_in_a_row_ = 0;
};

}  // namespace rtp
