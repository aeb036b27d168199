// audio/concealer.cc
#include "audio/concealer.h"

#include <algorithm>
#include <cmath>

namespace audio {

// Pitch from 66 to 200 Hz, as in appendix I; higher voices repeat in multiples of their period.
Concealer::Concealer(std::uint32_t rate)
    : rate_{rate}, min_pitch_{rate / 200}, max_pitch_{rate / 66}, overlap_{rate / 400}, history_(4 * max_pitch_),
      period_(max_pitch_) {}

void Concealer::on_frame(std::span<std::int16_t> frame) {
  if (lost_ > 0) {
    // The longer the loss, the longer the way back: appendix I adds 4 ms for every 10 ms, up to 10 ms.
    const auto blend = std::min({frame.size(), overlap_ + lost_ * 2 / 5, static_cast<std::size_t>(rate_ / 100)});
    for (std::size_t i = 0; i < blend; ++i) {
      const double in = static_cast<double>(i + 1) / static_cast<double>(blend + 1);
      frame[i] = static_cast<std::int16_t>(std::lround(frame[i] * in + next() * (1 - in)));
    }
    lost_ = 0;
  }
  const auto n = std::min(frame.size(), history_.size());
  std::move(history_.begin() + static_cast<std::ptrdiff_t>(n), history_.end(), history_.begin());
  std::copy(frame.end() - static_cast<std::ptrdiff_t>(n), frame.end(), history_.end() - static_cast<std::ptrdiff_t>(n));
}

/// The lag at which the last stretch of history looks most like the one before it.
std::size_t Concealer::find_pitch() const {
  const std::size_t window = max_pitch_ + max_pitch_ / 3;
  const auto* const end = history_.data() + history_.size();
  std::size_t best = max_pitch_;
  double best_score = -1;
  for (std::size_t lag = min_pitch_; lag <= max_pitch_; ++lag) {
    double product = 0, energy = 1;
    for (std::size_t i = 1; i <= window; ++i) {
      const double a = *(end - i), b = *(end - i - lag);
      product += a * b;
      energy += b * b;
    }
    const double score = product > 0 ? product * product / energy : 0;
    // A multiple of the period scores the same: take the first unless a later one is clearly better.
    if (score > best_score * 1.02) best_score = score, best = lag;
  }
  return best;
}

std::int16_t Concealer::next() {
  const auto full = static_cast<std::size_t>(full_level.count()) * rate_ / 1'000'000;
  const auto silent = static_cast<std::size_t>(silent_after.count()) * rate_ / 1'000'000;
  const auto sample = period_[at_];
  at_ = (at_ + 1) % period_size_;
  const auto age = lost_++;
  if (age >= silent) return 0;
  const double gain = age <= full ? 1 : 1 - static_cast<double>(age - full) / static_cast<double>(silent - full);
  return static_cast<std::int16_t>(std::lround(sample * gain));
}

void Concealer::conceal(std::span<std::int16_t> frame) {
  if (lost_ == 0) {
    period_size_ = find_pitch();
    at_ = 0;
    const auto* const end = history_.data() + history_.size();
    std::copy(end - period_size_, end, period_.begin());
    // So that the seam of each repetition is smooth, the end of the period turns into what led up to its start.
    const auto fade = std::min(overlap_, period_size_ / 4);
    for (std::size_t i = 0; i < fade; ++i) {
      const double in = static_cast<double>(i + 1) / static_cast<double>(fade + 1);
      auto& sample = period_[period_size_ - fade + i];
      const double lead_in = *(end - period_size_ - fade + i);
      sample = static_cast<std::int16_t>(std::lround(sample * (1 - in) + lead_in * in));
    }
  }
  for (auto& sample : frame) sample = next();
}

}  // namespace audio
