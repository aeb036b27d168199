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
  ++packets_;
  octets_ += static_cast<std::uint32_t>(payload.size());
  sent_timestamp_ = timestamp_;
  sent_at_ = now;
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
