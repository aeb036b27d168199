// rtp/quality.cc - the reduced E-model: everything but delay and loss at its default.
#include "rtp/quality.h"

#include <algorithm>
#include <chrono>

namespace rtp {

double mos_of(double r) {
  if (r <= 0) return 1.0;
  r = std::min(r, 100.0);
  return std::clamp(1.0 + 0.035 * r + r * (r - 60.0) * (100.0 - r) * 7e-6, 1.0, 4.5);
}

Quality estimate(const NetworkFigures& figures) {
  using Milliseconds = std::chrono::duration<double, std::milli>;
  constexpr double fixed_delay_ms = 25;  // Packet time and play-out of one frame.
  const double delay = Milliseconds{figures.round_trip}.count() / 2 + 2 * Milliseconds{figures.jitter}.count() + fixed_delay_ms;
  // G.107's Idd, in the piecewise form of Cole and Rosenbluth: a second slope above 177.3 ms.
  const double delay_impairment = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const double loss = 100 * std::clamp(figures.loss, 0.0, 1.0);
  const double equipment = figures.impairment + (95 - figures.impairment) * loss / (loss + figures.robustness);
  Quality quality;
  quality.r_factor = std::clamp(93.2 - delay_impairment - equipment, 0.0, 93.2);
  quality.mos = mos_of(quality.r_factor);
  return quality;
}

}  // namespace rtp
