// rtp/sender.h - numbers the packets of one outgoing RTP stream (RFC 3550 section 5.1), whether they are built here
// or taken over from another stream: the receiver sees one SSRC, one sequence and one time line.
#pragma once
#include <cstdint>
#include <optional>
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
  /// The numbers a packet of another stream gets when it is passed on as part of this one. Its distance to its
  /// neighbours is kept, so that losses and reordering stay visible. The first after packets of our own, or from
  /// another source, follows what was sent last and has the marker. Empty: older than that first one, not to be sent.
  struct Numbers {
    std::uint16_t sequence;
    std::uint32_t timestamp;
    bool marker;
  };
  /// `samples`: timestamp units the packet lasts; 0 for one that takes no time of its own (telephone events).
  std::optional<Numbers> relay(const Packet& packet, std::uint32_t samples, base::Time now);
  /// What is relayed next comes from elsewhere.
  void cut() { relaying_ = false; }
  /// Media time goes on by the clock while nothing is sent: call before the first packet after a pause.
  void catch_up(base::Time now);
  /// After a change of codec.
  void set_clock(std::uint32_t clock_hz) { clock_hz_ = clock_hz; }
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
  // The stream that is passed on: its numbers and what is added to them.
  static constexpr int max_jump = 3'000;  ///< Sequence numbers; further away it is another stream.
  bool relaying_ = false;
  std::uint32_t relayed_ssrc_ = 0;
  std::uint16_t relayed_first_ = 0;
  std::uint16_t relayed_newest_ = 0;
  std::uint16_t sequence_offset_ = 0;
  std::uint32_t timestamp_offset_ = 0;
};

}  // namespace rtp
