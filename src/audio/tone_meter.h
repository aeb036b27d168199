// audio/tone_meter.h - which frequencies a stream holds, and how loud: for tests of what a caller hears, and for
// tone_detect. Goertzel's algorithm over Hann windows.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "audio/level.h"
#include "base/time.h"

namespace audio {

/// Power of one frequency as the level, in dBm0, of the sine that has it.
double tone_level_dbm0(std::span<const std::int16_t> samples, double hz, std::uint32_t rate);

class ToneMeter {
 public:
  static constexpr base::Duration default_frame = std::chrono::milliseconds{40};
  static constexpr std::size_t max_samples = 48'000 * 600;  ///< What comes later is not measured.

  struct Frame {
    double dbm0 = 0;     ///< All of it.
    double peak_hz = 0;  ///< The strongest frequency; 0 in silence.
    double peak_part = 0;///< Of the frame's power, 0 to 1.
  };

  explicit ToneMeter(std::uint32_t rate, base::Duration frame = default_frame);
  void put(std::span<const std::int16_t> samples);

  std::size_t frames() const { return samples_.size() / size_; }
  Frame frame(std::size_t index) const;
  /// Share of all frames, 0 to 1, in which `hz` alone holds at least `part` of the power and is not silent.
  /// For a dual tone ask for each frequency with a part of 0.3.
  double share(double hz, double part = 0.6) const;
  /// The strongest frequencies over everything heard, at most `count`, strongest first, silence left out.
  std::vector<double> dominant(std::size_t count) const;
  double level_dbm0() const { return audio::level_dbm0(samples_); }
  std::span<const std::int16_t> samples() const { return samples_; }

 private:
  static constexpr double audible_dbm0 = -45;
  std::span<const std::int16_t> at(std::size_t index) const { return std::span{samples_}.subspan(index * size_, size_); }

  std::uint32_t rate_;
  std::size_t size_;
  std::vector<std::int16_t> samples_;
};

}  // namespace audio
