// audio/tones.h - tones written in TGML, as ringing tones, gentones and tone_stream:// use it.
//
// Statements separated by `;` or nothing:  v=<dBm0 -63..0>  d=<ms a digit sounds>  w=<ms between digits>
// l=<times each tone>  L=<times the whole>  >=<ms> <=<ms> fade step down or up  +=<dB a step>  r= c= (accepted)
// %(<on ms>,<off ms>,<Hz>[,<Hz>...])   and DTMF characters 0-9 A-D * # , also as 5(<on ms>,<off ms>).
// Errors  ToneError with the position of the character that is wrong.
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "audio/source.h"

namespace audio {

inline constexpr std::size_t max_tone_text = 16 * 1024;
inline constexpr std::size_t max_tone_segments = 2'048;
inline constexpr std::size_t max_tone_frequencies = 18;
inline constexpr double max_tone_ms = 24.0 * 3'600 * 1'000;

struct ToneError {
  enum class Reason : std::uint8_t { too_long, too_many_tones, too_many_frequencies, unknown_character, bad_number, out_of_range, bad_tone };
  Reason reason{};
  std::size_t position = 0;
};
std::string_view text(ToneError::Reason reason);

/// One tone and the pause after it.
struct ToneSegment {
  double on_ms = 0;
  double off_ms = 0;
  std::vector<double> frequencies;
  double level_dbm0 = -7;  ///< Of each frequency.
  int times = 1;           ///< Negative: for ever.
  double fade_step_ms = 0; ///< 0: no fading.
  double fade_db = 0;      ///< A step; negative fades out.
};

struct ToneScript {
  std::vector<ToneSegment> segments;
  int loops = 1;  ///< Of the whole; negative: for ever.

  static base::Result<ToneScript, ToneError> parse(std::string_view text);
};

/// Low and high frequency of a DTMF digit; {0, 0} for any other character. Row three is 852 Hz.
struct DtmfPair {
  double low = 0, high = 0;
};
DtmfPair dtmf_pair(char digit);
/// In-band digits; characters that are none are left out.
ToneScript dtmf_script(std::string_view digits, double on_ms = 100, double off_ms = 100, double level_dbm0 = -7);

/// Plays a script. Phase starts at zero with each tone.
class Tones final : public Source {
 public:
  Tones(ToneScript script, std::uint32_t rate);
  std::size_t read(std::span<std::int16_t> frame) override;

 private:
  struct Oscillator {
    double phase = 0, step = 0;
  };
  bool start_segment();
  bool advance();
  std::int16_t sample();

  ToneScript script_;
  std::uint32_t rate_;
  std::size_t segment_ = 0;
  int times_left_ = 0;
  int loops_left_ = 0;
  std::vector<Oscillator> oscillators_;
  double level_ = 0;
  double amplitude_ = 0;
  std::uint64_t on_left_ = 0;
  std::uint64_t off_left_ = 0;
  std::uint64_t fade_left_ = 0;
  bool ended_ = false;
};

}  // namespace audio
