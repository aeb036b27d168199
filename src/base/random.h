// base/random.h - randomness as a parameter.
//
// A ChaCha20 key stream (RFC 8439 block function) over a 256-bit seed: the same seed replays a whole
// server, and what it hands out (tags, branches, Call-IDs, SSRCs) cannot be guessed from what was seen.
// One per shard; never shared. The program seeds it from the kernel, a simulation from its seed.
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace base {

class Random {
 public:
  using Seed = std::array<std::uint32_t, 8>;

  explicit Random(const Seed& seed);
  /// For tests and simulations: the seed a failing run prints.
  explicit Random(std::uint64_t seed);
  /// From the kernel. Called by main only.
  static Seed kernel_seed();

  std::uint32_t u32();
  std::uint64_t u64();
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// True with the given probability.
  bool chance(double probability);
  /// `digits` lower-case hexadecimal digits.
  std::string hex(std::size_t digits);
  /// Random UUID, RFC 4122 section 4.4.
  std::string uuid();

 private:
  void refill();

  std::array<std::uint32_t, 16> state_;
  std::array<std::uint32_t, 16> block_{};
  std::size_t used_ = 16;
};

}  // namespace base
