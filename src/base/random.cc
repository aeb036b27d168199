#include "base/random.h"

#include <bit>
#include <sys/random.h>

#include "base/require.h"

namespace base {

namespace {

void quarter_round(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
  a += b; d = std::rotl(d ^ a, 16);
  c += d; b = std::rotl(b ^ c, 12);
  a += b; d = std::rotl(d ^ a, 8);
  c += d; b = std::rotl(b ^ c, 7);
}

Random::Seed widen(std::uint64_t seed) {
  Random::Seed wide{};
  wide[0] = static_cast<std::uint32_t>(seed);
  wide[1] = static_cast<std::uint32_t>(seed >> 32);
  return wide;
}

}  // namespace

Random::Random(const Seed& seed) {
  state_ = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  for (std::size_t i = 0; i < seed.size(); ++i) state_[4 + i] = seed[i];
}

Random::Random(std::uint64_t seed) : Random{widen(seed)} {}

Random::Seed Random::kernel_seed() {
  Seed seed{};
  const auto got = getrandom(seed.data(), sizeof seed, 0);
  require(got >= 0 && static_cast<std::size_t>(got) == sizeof seed, "the kernel gave no random bytes");
  return seed;
}

void Random::refill() {
  block_ = state_;
  auto& x = block_;
  for (int round = 0; round < 10; ++round) {
    quarter_round(x[0], x[4], x[8], x[12]);
    quarter_round(x[1], x[5], x[9], x[13]);
    quarter_round(x[2], x[6], x[10], x[14]);
    quarter_round(x[3], x[7], x[11], x[15]);
    quarter_round(x[0], x[5], x[10], x[15]);
    quarter_round(x[1], x[6], x[11], x[12]);
    quarter_round(x[2], x[7], x[8], x[13]);
    quarter_round(x[3], x[4], x[9], x[14]);
  }
  for (std::size_t i = 0; i < 16; ++i) x[i] += state_[i];
  if (++state_[12] == 0) ++state_[13];
  used_ = 0;
}

std::uint32_t Random::u32() {
  if (used_ == block_.size()) refill();
  return block_[used_++];
}

std::uint64_t Random::u64() {
  const std::uint64_t high = u32();
  return high << 32 | u32();
}

std::uint64_t Random::below(std::uint64_t bound) {
  require(bound > 0, "a random number below zero");
  const std::uint64_t unfair = (0 - bound) % bound;  // values below this would favour small results
  for (;;) {
    const std::uint64_t value = u64();
    if (value >= unfair) return value % bound;
  }
}

bool Random::chance(double probability) {
  return static_cast<double>(u64() >> 11) * 0x1.0p-53 < probability;
}

std::string Random::hex(std::size_t digits) {
  static constexpr char alphabet[] = "0123456789abcdef";
  std::string text(digits, '0');
  std::uint32_t pool = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 8 == 0) pool = u32();
    text[i] = alphabet[pool & 15];
    pool >>= 4;
  }
  return text;
}

std::string Random::uuid() {
  std::string text = hex(36);
  text[8] = text[13] = text[18] = text[23] = '-';
  text[14] = '4';
  text[19] = "89ab"[u32() & 3];
  return text;
}

}  // namespace base
