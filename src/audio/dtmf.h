// audio/dtmf.h - digits heard in the sound (ITU-T Q.23, Q.24), for peers that send no telephone events.
//
// Tones of 40 ms and more are digits, shorter than 19 ms are not; a gap of 25 ms and more separates two
// of the same. The generator is audio::dtmf_script().
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.h"

namespace audio {

class DtmfDetector {
 public:
  static constexpr double min_level_dbm0 = -35;   ///< Of each of the two tones.
  static constexpr double max_twist_db = 8;       ///< High group above low.
  static constexpr double max_reverse_twist_db = 6;
  static constexpr int blocks_to_start = 2;       ///< Of 12.75 ms each.
  static constexpr int blocks_to_end = 2;

  struct Digit {
    char digit;
    base::Duration duration;
  };

  explicit DtmfDetector(std::uint32_t rate);
  void put(std::span<const std::int16_t> samples);
  /// Digits whose tone has ended, in order, each once.
  std::vector<Digit> take();
  /// The digit sounding now, or '\0'.
  char sounding() const { return current_; }

 private:
  static constexpr std::size_t max_pending = 64;  ///< Older ones are dropped when nobody takes them.
  void on_block();
  char judge() const;

  std::uint32_t rate_;
  std::size_t block_;
  std::array<double, 8> coefficients_{};
  std::vector<std::int16_t> samples_;
  char candidate_ = '\0';
  int candidate_blocks_ = 0;
  char current_ = '\0';
  int current_blocks_ = 0;
  int missing_blocks_ = 0;
  std::vector<Digit> done_;
};

}  // namespace audio
