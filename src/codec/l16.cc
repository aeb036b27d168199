// codec/l16.cc - L16, uncompressed samples in network order (RFC 3551 section 4.5.11).
#include "codec/codec.h"

namespace codec {

namespace {

class L16 final : public Codec {
 public:
  std::size_t encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& payload) override {
    payload.reserve(payload.size() + samples.size() * 2);
    for (const auto sample : samples) {
      const auto bits = static_cast<std::uint16_t>(sample);
      payload.push_back(static_cast<std::uint8_t>(bits >> 8));
      payload.push_back(static_cast<std::uint8_t>(bits));
    }
    return samples.size() * 2;
  }
  std::size_t decode(base::Bytes payload, std::vector<std::int16_t>& samples) override {
    samples.reserve(samples.size() + payload.size() / 2);
    for (std::size_t i = 0; i + 1 < payload.size(); i += 2)
      samples.push_back(static_cast<std::int16_t>(payload[i] << 8 | payload[i + 1]));
    return payload.size() / 2;
  }
  std::size_t samples_in(base::Bytes payload) const override { return payload.size() / 2; }
};

/// Twenty milliseconds as long as a packet of them fits an Ethernet frame, else ten or five.
Info row(std::uint32_t rate, std::uint8_t channels, std::optional<std::uint8_t> payload_type = std::nullopt) {
  const auto bytes_per_ms = rate * 2 * channels / 1'000;
  const int ptime = bytes_per_ms * 20 <= 1'280 ? 20 : bytes_per_ms * 10 <= 1'280 ? 10 : 5;
  return {"L16", rate, rate, channels, payload_type, std::chrono::milliseconds{ptime}, rate * 16 * channels,
          [] { return std::unique_ptr<Codec>{std::make_unique<L16>()}; }};
}

const Registration registered{{row(8'000, 1), row(16'000, 1), row(32'000, 1), row(48'000, 1), row(44'100, 1, 11),
                               row(44'100, 2, 10), row(8'000, 2), row(16'000, 2), row(48'000, 2)}};

}  // namespace

}  // namespace codec
