// audio/tone_meter.cc
#include "audio/tone_meter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace audio {

namespace {

constexpr double scan_step_hz = 12.5;
constexpr double lowest_hz = 50;

/// Mean square of the sine at `hz` that the Hann-windowed samples hold.
double tone_power(std::span<const std::int16_t> samples, double hz, std::uint32_t rate) {
  const auto n = static_cast<double>(samples.size());
  if (samples.size() < 2) return 0;
  const double k = 2 * std::cos(2 * std::numbers::pi * hz / rate);
  double s1 = 0, s2 = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / n);
    const double s0 = samples[i] * window + k * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const double magnitude2 = s1 * s1 + s2 * s2 - k * s1 * s2;
  // The window halves the amplitude; a sine of amplitude A sums to A * n / 4 here.
  const double amplitude2 = magnitude2 * 16 / (n * n);
  return amplitude2 / 2;
}

double power(std::span<const std::int16_t> samples) {
  const double value = rms(samples);
  return value * value;
}

/// The frequency with the most power between 50 Hz and just below half the rate.
std::pair<double, double> strongest(std::span<const std::int16_t> samples, std::uint32_t rate) {
  double best_hz = 0, best = 0;
  for (double hz = lowest_hz; hz < rate / 2.0 - scan_step_hz; hz += scan_step_hz)
    if (const double p = tone_power(samples, hz, rate); p > best) best = p, best_hz = hz;
  if (best_hz == 0) return {0, 0};
  for (double step = scan_step_hz / 2; step > 0.5; step /= 2)
    for (const double hz : {best_hz - step, best_hz + step})
      if (const double p = tone_power(samples, hz, rate); p > best) best = p, best_hz = hz;
  return {best_hz, best};
}

}  // namespace

double tone_level_dbm0(std::span<const std::int16_t> samples, double hz, std::uint32_t rate) {
  const double p = tone_power(samples, hz, rate);
  // A sine of peak A has mean square A*A/2; amplitude_of_dbm0(0) is the peak at 0 dBm0.
  const double reference = amplitude_of_dbm0(0);
  return p > 0 ? std::max(10 * std::log10(2 * p / (reference * reference)), silence_dbfs) : silence_dbfs;
}

ToneMeter::ToneMeter(std::uint32_t rate, base::Duration frame)
    : rate_{rate}, size_{std::max<std::size_t>(static_cast<std::size_t>(frame.count()) * rate / 1'000'000, 16)} {}

void ToneMeter::put(std::span<const std::int16_t> samples) {
  const auto room = max_samples - std::min(max_samples, samples_.size());
  samples = samples.first(std::min(room, samples.size()));
  samples_.insert(samples_.end(), samples.begin(), samples.end());
}

ToneMeter::Frame ToneMeter::frame(std::size_t index) const {
  const auto samples = at(index);
  Frame out;
  out.dbm0 = audio::level_dbm0(samples);
  if (out.dbm0 < audible_dbm0) return out;
  const auto [hz, p] = strongest(samples, rate_);
  out.peak_hz = hz;
  out.peak_part = std::min(p / power(samples), 1.0);
  return out;
}

double ToneMeter::share(double hz, double part) const {
  if (frames() == 0) return 0;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < frames(); ++i) {
    const auto samples = at(i);
    if (audio::level_dbm0(samples) >= audible_dbm0 && tone_power(samples, hz, rate_) >= part * power(samples)) ++hits;
  }
  return static_cast<double>(hits) / static_cast<double>(frames());
}

std::vector<double> ToneMeter::dominant(std::size_t count) const {
  // The mean spectrum of the audible frames; peaks must stand a window's main lobe apart.
  const auto bins = static_cast<std::size_t>((rate_ / 2.0 - lowest_hz) / scan_step_hz);
  std::vector<double> spectrum(bins);
  for (std::size_t i = 0; i < frames(); ++i) {
    if (audio::level_dbm0(at(i)) < audible_dbm0) continue;
    for (std::size_t b = 0; b < bins; ++b)
      spectrum[b] += tone_power(at(i), lowest_hz + static_cast<double>(b) * scan_step_hz, rate_);
  }
  const double lobe_hz = 2.0 * rate_ / static_cast<double>(size_);
  const auto lobe = static_cast<std::size_t>(std::ceil(lobe_hz / scan_step_hz));
  std::vector<double> out;
  while (out.size() < count) {
    const auto top = std::max_element(spectrum.begin(), spectrum.end());
    if (top == spectrum.end() || *top <= 0) break;
    const auto at_bin = static_cast<std::size_t>(top - spectrum.begin());
    out.push_back(lowest_hz + static_cast<double>(at_bin) * scan_step_hz);
    const auto from = at_bin > lobe ? at_bin - lobe : 0;
    std::fill(spectrum.begin() + static_cast<std::ptrdiff_t>(from),
              spectrum.begin() + static_cast<std::ptrdiff_t>(std::min(bins, at_bin + lobe + 1)), 0.0);
  }
  return out;
}

}  // namespace audio
