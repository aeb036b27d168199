// audio/source.h - whatever can be played: pulled frame by frame, mono int16 at the rate it was opened with.
//
// A source opens by name, as FreeSWITCH names files:
//   tone_stream://<TGML>[;loops=n]   tone_stream://path=<file>   silence_stream://<ms>[,<noise divisor>]
//   file_string://a!b!c              {loops=n}<anything>         <path>[@@<sample to start at>]
// Errors  OpenError; a file that breaks off in the middle simply ends.
// Cost    a file source reads its disk inside read(); keep prompts as Clip where that matters.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/result.h"

namespace audio {

class Source {
 public:
  virtual ~Source() = default;
  /// Fills `frame` and answers how many samples are sound; fewer than asked means the end, the rest is zeroed.
  virtual std::size_t read(std::span<std::int16_t> frame) = 0;
};

struct OpenError {
  enum class Reason : std::uint8_t { bad_tones, bad_parameter, not_found, not_audio, too_deep };
  Reason reason{};
  std::size_t position = 0;  ///< In the name, for bad_tones and bad_parameter.
  std::string detail = {};
};
using Opened = base::Result<std::unique_ptr<Source>, OpenError>;

inline constexpr int max_nested_sources = 8;  ///< file_string:// and {loops=} inside each other.

/// `random` feeds comfort noise and must outlive the source.
Opened open_source(std::string_view name, std::uint32_t rate, base::Random& random);
/// Silence or, with a divisor above 0, white noise of 32768/divisor peak. Negative: without end.
std::unique_ptr<Source> silence(std::int64_t milliseconds, std::uint32_t noise_divisor, std::uint32_t rate,
                                base::Random& random);

/// Sound in memory, shared by all who play it.
using Clip = std::shared_ptr<const std::vector<std::int16_t>>;
std::unique_ptr<Source> play_clip(Clip clip, std::size_t start = 0);
/// Reads a source to its end or to `max_samples`.
std::vector<std::int16_t> read_all(Source& source, std::size_t max_samples);

}  // namespace audio
