// audio/dtmf.cc - eight Goertzel filters over blocks of 12.75 ms, and what makes a pair of them a digit.
#include "audio/dtmf.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

#include "audio/level.h"

namespace audio {

namespace {
constexpr double frequencies[8]{697, 770, 852, 941, 1'209, 1'336, 1'477, 1'633};
constexpr std::string_view keys = "123A456B789C*0#D";
constexpr double others_below_db = 7;  // every other tone of the group, under the strongest
constexpr double tonal_part = 0.75;    // of the block's power in the two tones: speech and half-filled blocks have less
}  // namespace

DtmfDetector::DtmfDetector(std::uint32_t rate) : rate_{rate}, block_{rate * 51 / 4'000} {
  for (std::size_t i = 0; i < 8; ++i) coefficients_[i] = 2 * std::cos(2 * std::numbers::pi * frequencies[i] / rate);
  samples_.reserve(block_);
}

void DtmfDetector::put(std::span<const std::int16_t> samples) {
  for (const auto s : samples) {
    samples_.push_back(s);
    if (samples_.size() < block_) continue;
    on_block();
    samples_.clear();
  }
}

char DtmfDetector::judge() const {
  std::array<double, 8> power{};
  const auto n = static_cast<double>(block_);
  for (std::size_t i = 0; i < 8; ++i) {
    double s1 = 0, s2 = 0;
    for (const double s : samples_) {
      const double s0 = s + coefficients_[i] * s1 - s2;
      s2 = s1;
      s1 = s0;
    }
    power[i] = (s1 * s1 + s2 * s2 - coefficients_[i] * s1 * s2) * 2 / (n * n);  // mean square of the sine
  }
  const auto low = static_cast<std::size_t>(std::max_element(power.begin(), power.begin() + 4) - power.begin());
  const auto high = static_cast<std::size_t>(std::max_element(power.begin() + 4, power.end()) - power.begin());
  const double peak = amplitude_of_dbm0(min_level_dbm0);
  if (power[low] < peak * peak / 2 || power[high] < peak * peak / 2) return '\0';
  const double twist = 10 * std::log10(power[high] / power[low]);
  if (twist > max_twist_db || twist < -max_reverse_twist_db) return '\0';
  const double margin = std::pow(10, others_below_db / 10);
  for (std::size_t i = 0; i < 8; ++i)
    if (i != low && i != high && power[i] * margin > power[i < 4 ? low : high]) return '\0';
  const double level = rms(samples_);
  if (power[low] + power[high] < tonal_part * level * level) return '\0';
  return keys[low * 4 + (high - 4)];
}

void DtmfDetector::on_block() {
  const char heard = judge();
  if (current_ != '\0') {
    ++current_blocks_;
    missing_blocks_ = heard == current_ ? 0 : missing_blocks_ + 1;
    if (missing_blocks_ < blocks_to_end) return;
    const auto length = (current_blocks_ - missing_blocks_) * static_cast<std::int64_t>(block_) * 1'000'000 / rate_;
    if (done_.size() == max_pending) done_.erase(done_.begin());
    done_.push_back({current_, base::Duration{length}});
    current_ = '\0';
    // What interrupted it may be the first blocks of the next digit already.
    candidate_ = '\0';
    candidate_blocks_ = 0;
  }
  if (heard == '\0' || heard != candidate_) {
    candidate_ = heard;
    candidate_blocks_ = 0;
  }
  if (heard == '\0' || ++candidate_blocks_ < blocks_to_start) return;
  current_ = heard;
  current_blocks_ = candidate_blocks_;
  missing_blocks_ = 0;
  candidate_ = '\0';
  candidate_blocks_ = 0;
}

std::vector<DtmfDetector::Digit> DtmfDetector::take() { return std::exchange(done_, {}); }

}  // namespace audio
