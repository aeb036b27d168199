// call/media/packetizer.h - sound of any rate and frame length as payloads of one codec and packet time.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "audio/resampler.h"
#include "codec/codec.h"

namespace call {

class Packetizer {
 public:
  Packetizer(const codec::Info& codec, std::chrono::milliseconds ptime);

  const codec::Info& codec() const { return codec_; }
  /// Timestamp units of one packet.
  std::uint32_t units() const { return units_; }
  /// Mono.
  void put(std::span<const std::int16_t> samples, std::uint32_t rate_hz);
  /// The next payload that is complete, valid until the next call.
  std::optional<base::Bytes> take();
  /// Forgets what is not a whole packet: another talker begins.
  void clear() { waiting_.clear(); }

 private:
  const codec::Info& codec_;
  std::unique_ptr<codec::Codec> encoder_;
  std::optional<audio::Resampler> resampler_;
  std::uint32_t from_hz_ = 0;
  std::size_t samples_;  // of one packet and channel
  std::uint32_t units_;
  std::vector<std::int16_t> waiting_;
  std::vector<std::int16_t> frame_;
  std::vector<std::uint8_t> payload_;
};

}  // namespace call
