// phone/verdict.h - what a phone can say about a call when it is over: how it went, what was heard, how well.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace phone {

struct Verdict {
  /// A frequency and the share of what was heard, 0 to 1, in which it stood out.
  struct Tone {
    double hz = 0;
    double share = 0;
  };

  bool answered = false;
  int status = 0;             ///< Of the final SIP response; 0: none.
  std::string ended;          ///< "bye", "hung up", "rejected", "cancelled", "timeout", ...
  base::Duration setup{};     ///< From the INVITE to the answer.
  base::Duration talked{};
  std::string codec;
  double heard_seconds = 0;
  double level_dbm0 = 0;      ///< Of everything heard.
  std::vector<Tone> tones;    ///< Strongest first, at most four.
  std::uint64_t packets_in = 0, packets_out = 0, packets_lost = 0;
  double loss = 0;            ///< 0 to 1, of what should have come.
  base::Duration jitter{};
  std::optional<base::Duration> round_trip;  ///< By RTCP.
  std::optional<base::Duration> echo_delay;  ///< What was played came back so much later.
  double mos = 0;             ///< 1 to 4.4; 0 without packets.
  std::string digits;         ///< Pressed by the peer.

  /// The share of a frequency, 0 when it is none of `tones`.
  double share_of(double hz) const;
  /// Some lines for people.
  std::string text() const;
  /// One JSON object, durations in milliseconds.
  std::string json() const;
};

}  // namespace phone
