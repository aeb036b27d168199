// codec/codec.h - what a codec is, and the registry they enter themselves into.
//
// A codec is one file: it defines a class and a `const Registration`. Nothing else needs editing.
// Samples are int16 at sample_rate, channels interleaved. Not thread-safe; one state per stream and direction.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace codec {

/// The coder and decoder state of one stream.
class Codec {
 public:
  virtual ~Codec() = default;
  /// Appends the payload for whole frames of `samples`; answers the bytes appended.
  virtual std::size_t encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& payload) = 0;
  /// Appends the decoded samples; answers their number. A damaged payload gives what can be made of it.
  virtual std::size_t decode(base::Bytes payload, std::vector<std::int16_t>& samples) = 0;
  /// Samples (all channels) that would be decoded from a payload, without decoding.
  virtual std::size_t samples_in(base::Bytes payload) const = 0;
};

/// One row of the registry.
struct Info {
  std::string_view name;       ///< The SDP encoding name.
  std::uint32_t clock_rate;    ///< Of RTP timestamps.
  std::uint32_t sample_rate;   ///< Of audio; differs from the clock for G.722 and Opus.
  std::uint8_t channels;
  std::optional<std::uint8_t> payload_type;  ///< RFC 3551 static number.
  std::chrono::milliseconds ptime;
  std::uint32_t bits_per_second;
  std::unique_ptr<Codec> (*create)();
  std::string_view fmtp = {};

  std::size_t samples_per_frame() const {
    return static_cast<std::size_t>(sample_rate) * static_cast<std::size_t>(ptime.count()) / 1'000 * channels;
  }
};

/// Every codec in the program, by name, then clock rate, then channels.
std::span<const Info* const> all();
/// By SDP name (any case), clock rate and channels; null when there is none.
const Info* find(std::string_view name, std::uint32_t clock_rate = 8'000, std::uint8_t channels = 1);
/// By RFC 3551 static payload type; null when there is none.
const Info* find(std::uint8_t payload_type);

/// Enters rows into the registry before main().
struct Registration {
  explicit Registration(std::vector<Info> rows);
};

}  // namespace codec
