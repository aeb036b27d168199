// audio/level.cc - measuring and combining samples.
#include "audio/level.h"

#include <algorithm>
#include <cmath>

namespace audio {

namespace {
constexpr double full_scale = 32'768;
constexpr double sine_dbfs = -3.0103;     // of a full-scale sine
constexpr double sine_dbm0 = 3.14;        // T_max of G.711 A-law; mu-law's 3.17 differs by less than we measure
constexpr double dbm0_of_dbfs = sine_dbm0 - sine_dbfs;
}  // namespace

double rms(std::span<const std::int16_t> samples) {
  if (samples.empty()) return 0;
  double sum = 0;
  for (const double s : samples) sum += s * s;
  return std::sqrt(sum / static_cast<double>(samples.size()));
}

double level_dbfs(std::span<const std::int16_t> samples) {
  const double value = rms(samples);
  return value > 0 ? std::max(20 * std::log10(value / full_scale), silence_dbfs) : silence_dbfs;
}

double level_dbm0(std::span<const std::int16_t> samples) { return level_dbfs(samples) + dbm0_of_dbfs; }

double mean_magnitude(std::span<const std::int16_t> samples) {
  if (samples.empty()) return 0;
  double sum = 0;
  for (const int s : samples) sum += std::abs(s);
  return sum / static_cast<double>(samples.size());
}

double amplitude_of_dbm0(double dbm0) { return 32'767 * std::pow(10, (dbm0 - sine_dbm0) / 20); }

std::int16_t saturated(std::int32_t sample) { return static_cast<std::int16_t>(std::clamp(sample, -32'768, 32'767)); }

void mix_into(std::span<std::int16_t> into, std::span<const std::int16_t> from) {
  const auto n = std::min(into.size(), from.size());
  for (std::size_t i = 0; i < n; ++i) into[i] = saturated(into[i] + from[i]);
}

void apply_gain(std::span<std::int16_t> samples, double db) {
  const double factor = std::pow(10, db / 20);
  for (auto& s : samples) s = static_cast<std::int16_t>(std::clamp(std::lround(s * factor), -32'768L, 32'767L));
}

std::vector<std::int16_t> interleave(std::span<const std::int16_t> left, std::span<const std::int16_t> right) {
  std::vector<std::int16_t> out(2 * std::max(left.size(), right.size()));
  for (std::size_t i = 0; i < left.size(); ++i) out[2 * i] = left[i];
  for (std::size_t i = 0; i < right.size(); ++i) out[2 * i + 1] = right[i];
  return out;
}

bool SilenceDetector::on_frame(std::span<const std::int16_t> frame) {
  const base::Duration length{static_cast<std::int64_t>(frame.size()) * 1'000'000 / rate_};
  const bool silent = mean_magnitude(frame) < threshold_;
  silent_ = silent ? silent_ + length : base::Duration{};
  talking_ = silent ? base::Duration{} : talking_ + length;
  return silent;
}

}  // namespace audio
