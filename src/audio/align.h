// audio/align.h - is the sound that went in found in what came out? For tests and for quality checks of calls.
#pragma once
#include <cstdint>
#include <span>

namespace audio {

struct Alignment {
  std::ptrdiff_t lag_samples = 0;  ///< `heard` is that much later than `reference`; may be negative.
  double correlation = 0;          ///< -1 to 1 over the overlapping part, at the best lag.
  double level_db = 0;             ///< How much louder `heard` is there.
};

/// Searches lags up to `max_lag` either way; O(n log n). At least half of the shorter one must overlap.
Alignment align(std::span<const std::int16_t> reference, std::span<const std::int16_t> heard, std::size_t max_lag);

}  // namespace audio
