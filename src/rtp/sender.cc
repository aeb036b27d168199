// rtp/sender.cc - the numbers of an outgoing stream.
#include "rtp/sender.h"

namespace rtp {

Sender::Sender(std::uint32_t clock_hz, base::Random& random)
    : clock_hz_{clock_hz},
      ssrc_{random.u32()},
      // Below half the range, so that an SRTP receiver that joins late guesses its rollover counter right.
      sequence_{static_cast<std::uint16_t>(random.u32() & 0x7fff)},
      timestamp_{random.u32()} {}

void Sender::build(std::uint8_t payload_type, base::Bytes payload, std::uint32_t samples, base::Time now,
                   std::vector<std::uint8_t>& out) {
  build_at(payload_type, payload, timestamp_, marker_, now, out);
  marker_ = false;
  timestamp_ += samples;
}

void Sender::build_at(std::uint8_t payload_type, base::Bytes payload, std::uint32_t timestamp, bool marker,
                      base::Time now, std::vector<std::uint8_t>& out) {
  Packet packet;
  packet.marker = marker;
  packet.payload_type = payload_type;
  packet.sequence = sequence_++;
  packet.timestamp = timestamp;
  packet.ssrc = ssrc_;
  packet.payload = payload;
  packet.build(out);
  relaying_ = false;
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload.size());
  sent_timestamp_ = timestamp_;
  sent_at_ = now;
}

void Sender::catch_up(base::Time now) {
  const auto present = timestamp_at(now);
  if (timestamp_distance(present, timestamp_) > 0) timestamp_ = present;
}

std::optional<Sender::Numbers> Sender::relay(const Packet& packet, std::uint32_t samples, base::Time now) {
  const int step = sequence_distance(packet.sequence, relayed_newest_);
  const bool joins = !relaying_ || packet.ssrc != relayed_ssrc_ || step > max_jump || step < -max_jump;
  if (joins) {
    catch_up(now);
    relaying_ = true;
    relayed_ssrc_ = packet.ssrc;
    relayed_first_ = relayed_newest_ = packet.sequence;
    sequence_offset_ = static_cast<std::uint16_t>(sequence_ - packet.sequence);
    timestamp_offset_ = timestamp_ - packet.timestamp;
  } else if (sequence_distance(packet.sequence, relayed_first_) < 0) {
    return std::nullopt;
  }
  const Numbers numbers{static_cast<std::uint16_t>(packet.sequence + sequence_offset_),
                        packet.timestamp + timestamp_offset_, packet.marker || joins || marker_};
  marker_ = false;
  ++packets_;
  octets_ += static_cast<std::uint32_t>(packet.payload.size());
  if (!joins && step <= 0) return numbers;  // Late: it moves nothing.
  relayed_newest_ = packet.sequence;
  // Far on, the first one must not look like the future after the sequence has wrapped.
  if (sequence_distance(relayed_newest_, relayed_first_) > 2 * max_jump)
    relayed_first_ = static_cast<std::uint16_t>(relayed_newest_ - max_jump);
  sequence_ = static_cast<std::uint16_t>(numbers.sequence + 1);
  if (samples > 0) {
    timestamp_ = numbers.timestamp + samples;
    sent_timestamp_ = numbers.timestamp;
    sent_at_ = now;
  }
  return numbers;
}

void Sender::change_ssrc(base::Random& random) {
  const auto old = ssrc_;
  while (ssrc_ == old) ssrc_ = random.u32();
  packets_ = 0;
  octets_ = 0;
}

std::uint32_t Sender::timestamp_at(base::Time now) const {
  if (packets_ == 0) return timestamp_;
  const auto passed = (now - sent_at_).count() * clock_hz_ / 1'000'000;
  return sent_timestamp_ + static_cast<std::uint32_t>(passed);
}

}  // namespace rtp
