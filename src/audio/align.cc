// audio/align.cc - cross-correlation by fast Fourier transform.
#include "audio/align.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

namespace audio {

namespace {

using Complex = std::complex<double>;

/// In place, radix 2; sign -1 forwards, +1 back without scaling.
void transform(std::vector<Complex>& x, int sign) {
  const std::size_t n = x.size();
  for (std::size_t i = 1, j = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(x[i], x[j]);
  }
  for (std::size_t length = 2; length <= n; length <<= 1) {
    const auto step = std::polar(1.0, sign * 2 * std::numbers::pi / static_cast<double>(length));
    for (std::size_t i = 0; i < n; i += length) {
      Complex w{1};
      for (std::size_t k = 0; k < length / 2; ++k, w *= step) {
        const auto even = x[i + k], odd = x[i + k + length / 2] * w;
        x[i + k] = even + odd;
        x[i + k + length / 2] = even - odd;
      }
    }
  }
}

std::vector<Complex> spectrum(std::span<const std::int16_t> samples, std::size_t size) {
  std::vector<Complex> x(size);
  for (std::size_t i = 0; i < samples.size(); ++i) x[i] = samples[i];
  transform(x, -1);
  return x;
}

/// sums[i] = energy of the first i samples
std::vector<double> energies(std::span<const std::int16_t> samples) {
  std::vector<double> sums(samples.size() + 1);
  for (std::size_t i = 0; i < samples.size(); ++i) sums[i + 1] = sums[i] + double{samples[i] * 1.0} * samples[i];
  return sums;
}

}  // namespace

Alignment align(std::span<const std::int16_t> reference, std::span<const std::int16_t> heard, std::size_t max_lag) {
  Alignment best;
  if (reference.empty() || heard.empty()) return best;
  const auto size = std::bit_ceil(reference.size() + heard.size());
  auto product = spectrum(heard, size);
  const auto other = spectrum(reference, size);
  for (std::size_t i = 0; i < size; ++i) product[i] *= std::conj(other[i]);
  transform(product, +1);

  const auto reference_energy = energies(reference);
  const auto heard_energy = energies(heard);
  const auto n = static_cast<std::ptrdiff_t>(reference.size()), m = static_cast<std::ptrdiff_t>(heard.size());
  const auto limit = static_cast<std::ptrdiff_t>(max_lag);
  double best_score = 0;
  for (std::ptrdiff_t lag = std::max(-limit, 1 - n); lag <= std::min(limit, m - 1); ++lag) {
    const auto from = std::max<std::ptrdiff_t>(lag, 0), to = std::min(m, n + lag);  // in heard
    if (to - from < std::min(n, m) / 2) continue;
    const auto energy = [](const std::vector<double>& sums, std::ptrdiff_t a, std::ptrdiff_t b) {
      return sums[static_cast<std::size_t>(b)] - sums[static_cast<std::size_t>(a)];
    };
    const double r = energy(reference_energy, from - lag, to - lag), h = energy(heard_energy, from, to);
    if (r <= 0 || h <= 0) continue;
    const auto index = static_cast<std::size_t>(lag >= 0 ? lag : lag + static_cast<std::ptrdiff_t>(size));
    const double correlation = product[index].real() / static_cast<double>(size) / std::sqrt(r * h);
    // A sine fits upside down half a period away; sound that really is inverted must be clearly better to win.
    const double score = correlation >= 0 ? correlation : -0.9 * correlation;
    if (score <= best_score) continue;
    best_score = score;
    best = {lag, correlation, 10 * std::log10(h / r)};
  }
  return best;
}

}  // namespace audio
