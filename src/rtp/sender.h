// rtp/sender.h - numbers the packets of one outgoing RTP stream (RFC 3550 section 5.1).
#pragma once
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"
#include "rtp/packet.h"

namespace rtp {

class Sender {
 public:
  /// SSRC, first sequence number and first timestamp are random, as section 5.1 asks.
  Sender(std::uint32_t clock_hz, base::Random& random);

  /// Appends a packet of `samples` timestamp units and moves on. The first packet after begin_talk_spurt(),
  /// and the very first, has the marker.
  void build(std::uint8_t payload_type, base::Bytes payload, std::uint32_t samples, base::Time now,
             std::vector<std::uint8_t>& out);
  /// A packet whose timestamp and marker the caller decides (telephone events); time does not move.
  void build_at(std::uint8_t payload_type, base::Bytes payload, std::uint32_t timestamp, bool marker, base::Time now,
                std::vector<std::uint8_t>& out);
  /// Time passes in which nothing is sent (silence, or events of build_at()).
  void skip(std::uint32_t samples) { timestamp_ += samples; }
  void begin_talk_spurt() { marker_ = true; }
  /// RFC 3550 section 8.2: another source uses our SSRC.
  void change_ssrc(base::Random& random);

  std::uint32_t ssrc() const { return ssrc_; }
  std::uint16_t next_sequence() const { return sequence_; }
  /// Of the next packet.
  std::uint32_t timestamp() const { return timestamp_; }
  std::uint32_t packets() const { return packets_; }
  std::uint32_t octets() const { return octets_; }
  /// The timestamp that belongs to `now`, for sender reports.
  std::uint32_t timestamp_at(base::Time now) const;

 private:
  std::uint32_t clock_hz_;
  std::uint32_t ssrc_;
  std::uint16_t sequence_;
  std::uint32_t timestamp_;
  bool marker_ = true;
  std::uint32_t packets_ = 0;
  std::uint32_t octets_ = 0;
  std::uint32_t sent_timestamp_ = 0;
  base::Time sent_at_{};
};

}  // namespace rtp
