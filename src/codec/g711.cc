// codec/g711.cc - PCMU and PCMA. The decoding tables follow from the recommendation; the encoding tables are made
// from them, so that encode(decode(x)) == x and every sample goes to the nearest level of its segment.
#include "codec/g711.h"

#include <array>

#include "codec/codec.h"

namespace codec {

namespace {

constexpr int ulaw_bias = 0x84;  // 33 at 14 bits
constexpr int ulaw_clip = 32'635;

constexpr std::int16_t expand_ulaw(std::uint8_t code) {
  const int u = ~code & 0xff;
  const int magnitude = (((u & 0x0f) << 3) + ulaw_bias) << (u >> 4 & 7);
  return static_cast<std::int16_t>(u & 0x80 ? ulaw_bias - magnitude : magnitude - ulaw_bias);
}

constexpr std::int16_t expand_alaw(std::uint8_t code) {
  const int a = code ^ 0x55;
  const int segment = a >> 4 & 7;
  int magnitude = (a & 0x0f) << 4;
  magnitude = segment == 0 ? magnitude + 8 : (magnitude + 0x108) << (segment - 1);
  return static_cast<std::int16_t>(a & 0x80 ? magnitude : -magnitude);
}

/// The number of the highest set bit above `lowest`, at most 7.
constexpr int segment_of(int magnitude, int lowest) {
  int segment = 0;
  while (segment < 7 && magnitude >> (lowest + segment) != 0) ++segment;
  return segment;
}

constexpr std::uint8_t compress_ulaw(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  int magnitude = sample < 0 ? -sample : sample;
  magnitude = (magnitude > ulaw_clip ? ulaw_clip : magnitude) + ulaw_bias;
  const int segment = segment_of(magnitude, 8);
  return static_cast<std::uint8_t>(~(sign | segment << 4 | (magnitude >> (segment + 3) & 0x0f)));
}

constexpr std::uint8_t compress_alaw(int sample) {
  // Negative values are counted from -1 down, which makes the law symmetric about zero.
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = (sample < 0 ? -sample - 1 : sample) >> 3;  // 13 bits with sign
  const int segment = segment_of(magnitude, 5);
  const int mantissa = segment < 2 ? magnitude >> 1 & 0x0f : magnitude >> segment & 0x0f;
  return static_cast<std::uint8_t>((sign | segment << 4 | mantissa) ^ 0x55);
}

template <class T, std::size_t Size, class F>
constexpr std::array<T, Size> table_of(F f) {
  std::array<T, Size> table{};
  for (std::size_t i = 0; i < Size; ++i) table[i] = f(i);
  return table;
}

constexpr auto ulaw_levels = table_of<std::int16_t, 256>([](std::size_t i) { return expand_ulaw(static_cast<std::uint8_t>(i)); });
constexpr auto alaw_levels = table_of<std::int16_t, 256>([](std::size_t i) { return expand_alaw(static_cast<std::uint8_t>(i)); });

/// Indexed by the sample without its two (mu-law) or three (A-law) lowest bits, which no level depends on.
const auto ulaw_codes = table_of<std::uint8_t, 16'384>([](std::size_t i) {
  const int sample = (static_cast<int>(i) - 8'192) * 4;
  return compress_ulaw(sample < 0 ? sample + 3 : sample);  // Towards zero, as for positive ones.
});
const auto alaw_codes = table_of<std::uint8_t, 8'192>([](std::size_t i) { return compress_alaw((static_cast<int>(i) - 4'096) * 8); });

class G711 final : public Codec {
 public:
  using Encode = std::uint8_t (*)(std::int16_t);
  using Decode = std::int16_t (*)(std::uint8_t);
  G711(Encode compress, Decode expand) : encode_{compress}, decode_{expand} {}

  std::size_t encode(std::span<const std::int16_t> samples, std::vector<std::uint8_t>& payload) override {
    const auto start = payload.size();
    payload.resize(start + samples.size());
    for (std::size_t i = 0; i < samples.size(); ++i) payload[start + i] = encode_(samples[i]);
    return samples.size();
  }
  std::size_t decode(base::Bytes payload, std::vector<std::int16_t>& samples) override {
    const auto start = samples.size();
    samples.resize(start + payload.size());
    for (std::size_t i = 0; i < payload.size(); ++i) samples[start + i] = decode_(payload[i]);
    return payload.size();
  }
  std::size_t samples_in(base::Bytes payload) const override { return payload.size(); }

 private:
  Encode encode_;
  Decode decode_;
};

const Registration registered{{
    {"PCMU", 8'000, 8'000, 1, 0, std::chrono::milliseconds{20}, 64'000,
     [] { return std::unique_ptr<Codec>{std::make_unique<G711>(&to_ulaw, &from_ulaw)}; }},
    {"PCMA", 8'000, 8'000, 1, 8, std::chrono::milliseconds{20}, 64'000,
     [] { return std::unique_ptr<Codec>{std::make_unique<G711>(&to_alaw, &from_alaw)}; }},
}};

}  // namespace

std::uint8_t to_ulaw(std::int16_t sample) { return ulaw_codes[static_cast<std::size_t>((sample >> 2) + 8'192)]; }
std::uint8_t to_alaw(std::int16_t sample) { return alaw_codes[static_cast<std::size_t>((sample >> 3) + 4'096)]; }
std::int16_t from_ulaw(std::uint8_t code) { return ulaw_levels[code]; }
std::int16_t from_alaw(std::uint8_t code) { return alaw_levels[code]; }

}  // namespace codec
