// rtp/quality.h - how a call sounds, estimated from the network: the E-model of ITU-T G.107 and G.113 appendix I.
//
// R = 93.2 - Id(delay) - Ie,eff(codec, loss); MOS from R by G.107 annex B. Good for comparing calls, not for billing.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace rtp {

struct Quality {
  double r_factor = 93.2;  ///< 0 to 93.2.
  double mos = 4.41;       ///< 1.0 to 4.41.
};

struct NetworkFigures {
  double loss = 0;               ///< Share of packets not played, 0 to 1.
  base::Duration jitter{};       ///< Mean; the play-out buffer is taken to add twice that.
  base::Duration round_trip{};
  double impairment = 0;         ///< Ie of the codec: 0 G.711, 11 G.729A ... (G.113 table I.1)
  double robustness = 25.1;      ///< Bpl: 25.1 G.711 with concealment, 4.3 without, 19 G.729A.
};

Quality estimate(const NetworkFigures& figures);
double mos_of(double r_factor);

}  // namespace rtp
