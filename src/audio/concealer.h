// audio/concealer.h - hides lost frames of waveform codecs, after the idea of G.711 appendix I: the last pitch
// period is repeated, fading, and blended with what comes after the loss.
//
// Pure; no allocation after construction. Adds no delay.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"

namespace audio {

class Concealer {
 public:
  static constexpr base::Duration full_level = std::chrono::milliseconds{10};  ///< Then it fades ...
  static constexpr base::Duration silent_after = std::chrono::milliseconds{60};///< ... to nothing.

  explicit Concealer(std::uint32_t rate);
  /// A frame that arrived; after a loss its beginning is blended in place.
  void on_frame(std::span<std::int16_t> frame);
  /// A frame that did not.
  void conceal(std::span<std::int16_t> frame);

 private:
  std::size_t find_pitch() const;
  std::int16_t next();

  std::uint32_t rate_;
  std::size_t min_pitch_, max_pitch_, overlap_;
  std::vector<std::int16_t> history_;  // the newest sample last
  std::vector<std::int16_t> period_;
  std::size_t period_size_ = 0;
  std::size_t at_ = 0;
  std::size_t lost_ = 0;  // samples made up so far
};

}  // namespace audio
