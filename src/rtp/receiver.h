// rtp/receiver.h - statistics of one incoming RTP source: RFC 3550 appendix A.1 (validity), A.3 (loss), A.8 (jitter).
//
// Pure; O(1) a packet. Jitter is in timestamp units, as reports carry it.
#pragma once
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "rtp/rtcp.h"

namespace rtp {

class Receiver {
 public:
  static constexpr std::uint16_t max_dropout = 3'000;
  static constexpr std::uint16_t max_misorder = 100;
  static constexpr int min_sequential = 2;      ///< Packets in order before a *changed* source is believed.

  enum class Verdict : std::uint8_t {
    first,       ///< Of the stream: taken at once, a call must not lose its first syllable.
    accepted,
    late,        ///< Out of order within max_misorder, or a duplicate of an older one.
    duplicate,   ///< Of the newest.
    probation,   ///< From a new SSRC that has not sent two packets in a row yet: not to be played.
    new_source,  ///< The new SSRC is believed from this packet on; statistics start again.
    restarted,   ///< Same SSRC, sequence jumped and went on from there.
    jump,        ///< A jump that is not confirmed yet: not to be played.
  };

  struct Stats {
    std::uint64_t packets = 0;     ///< Accepted, over all sources of this stream.
    std::uint64_t octets = 0;      ///< Payload.
    std::uint64_t expected = 0;
    std::int64_t lost = 0;         ///< expected - packets; negative with duplicates.
    std::uint64_t late = 0;
    std::uint64_t duplicate = 0;
    std::uint64_t refused = 0;     ///< probation and jump.
    std::uint32_t sources = 0;     ///< SSRC changes and restarts, the first included.
    std::uint32_t jitter = 0;      ///< Timestamp units.
    std::uint32_t max_jitter = 0;
    base::Time last_packet{};
  };

  explicit Receiver(std::uint32_t clock_hz) : clock_hz_{clock_hz} {}

  Verdict on_packet(std::uint32_t ssrc, std::uint16_t sequence, std::uint32_t timestamp,
                    std::size_t payload_bytes, base::Time now);
  /// Packets of another clock (telephone events at another rate, a codec change) say so.
  void set_clock(std::uint32_t clock_hz);

  /// What the peer sent last in a sender report, for LSR and DLSR.
  void on_sender_report(std::uint64_t ntp, base::Time now);
  /// The report block about this source; starts a new reporting interval. Empty before the first packet.
  std::optional<ReportBlock> take_report(base::Time now);

  std::optional<std::uint32_t> ssrc() const { return ssrc_; }
  Stats stats() const;
  base::Duration jitter() const;

 private:
  Verdict start(std::uint32_t ssrc, std::uint16_t sequence, Verdict verdict);
  Verdict on_sequence(std::uint16_t sequence);
  Verdict on_other_source(std::uint32_t ssrc, std::uint16_t sequence);
  void measure_jitter(std::uint32_t timestamp, base::Time now);
  std::uint64_t expected_here() const;

  std::uint32_t clock_hz_;
  std::optional<std::uint32_t> ssrc_;
  std::uint16_t max_sequence_ = 0;
  std::uint32_t cycles_ = 0;
  std::uint32_t base_sequence_ = 0;
  std::uint64_t received_ = 0;  // of this source since base_sequence_
  std::optional<std::uint16_t> next_after_jump_;
  std::optional<std::uint32_t> candidate_ssrc_;
  std::uint16_t candidate_next_ = 0;
  int candidate_left_ = 0;

  std::optional<std::int64_t> transit_;
  std::uint64_t jitter_16_ = 0;  // 16 times the jitter, as in appendix A.8
  std::uint64_t expected_prior_ = 0;
  std::uint64_t received_prior_ = 0;
  std::uint32_t last_sr_ = 0;
  base::Time last_sr_at_{};
  Stats total_;  // finished sources, and counters that never restart
};

}  // namespace rtp
