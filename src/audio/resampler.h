// audio/resampler.h - one mono stream from one rate to another, by libspeexdsp.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct SpeexResamplerState_;

namespace audio {

class Resampler {
 public:
  static constexpr int default_quality = 5;  ///< 0 to 10; 3 is for VoIP, 5 for desktops.

  /// Equal rates copy.
  Resampler(std::uint32_t from_hz, std::uint32_t to_hz, int quality = default_quality);
  /// Appends what the input gives so far to `out`.
  void push(std::span<const std::int16_t> in, std::vector<std::int16_t>& out);
  /// Appends the samples still inside the filter.
  void flush(std::vector<std::int16_t>& out);

 private:
  struct Destroy {
    void operator()(SpeexResamplerState_* state) const;
  };
  std::unique_ptr<SpeexResamplerState_, Destroy> state_;
  std::uint32_t from_hz_;
  std::uint32_t to_hz_;
};

}  // namespace audio
