// audio/level.h - how loud: dBFS, dBm0, mean magnitude; adding and scaling of streams; silence.
//
// 0 dBFS is the power of a full-scale square wave; a full-scale sine is -3.01 dBFS and, by G.711, +3.14 dBm0.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"

namespace audio {

inline constexpr double silence_dbfs = -120;  ///< What nothing at all measures.

double rms(std::span<const std::int16_t> samples);
double level_dbfs(std::span<const std::int16_t> samples);
double level_dbm0(std::span<const std::int16_t> samples);
/// Mean of the absolute values: the unit of FreeSWITCH's silence thresholds.
double mean_magnitude(std::span<const std::int16_t> samples);
/// Peak of a sine of that level.
double amplitude_of_dbm0(double dbm0);

std::int16_t saturated(std::int32_t sample);
/// Adds `from` to `into`, saturating; up to the shorter of the two.
void mix_into(std::span<std::int16_t> into, std::span<const std::int16_t> from);
/// Multiplies by 10^(db/20), saturating.
void apply_gain(std::span<std::int16_t> samples, double db);
/// Left and right interleaved, the shorter one filled with silence: a stereo recording.
std::vector<std::int16_t> interleave(std::span<const std::int16_t> left, std::span<const std::int16_t> right);

/// Tells talking from silence. Frames of any length; a frame is silent below the threshold.
class SilenceDetector {
 public:
  static constexpr double default_threshold = 200;  ///< Mean magnitude.

  SilenceDetector(std::uint32_t rate, double threshold = default_threshold) : rate_{rate}, threshold_{threshold} {}
  /// True when the frame was silent.
  bool on_frame(std::span<const std::int16_t> frame);
  /// Length of the present run of silence, or of talking; one of them is zero.
  base::Duration silent_for() const { return silent_; }
  base::Duration talking_for() const { return talking_; }

 private:
  std::uint32_t rate_;
  double threshold_;
  base::Duration silent_{};
  base::Duration talking_{};
};

}  // namespace audio
