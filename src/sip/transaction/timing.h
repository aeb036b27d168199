// sip/transaction/timing.h - the timer values of RFC 3261 table 4, and whether the link below is reliable.
#pragma once
#include <algorithm>
#include <cstdint>

#include "base/time.h"
#include "sip/status.h"

namespace sip {

/// RFC 3261 section 17.1.1.1 and table 4. All others are multiples of these.
struct Timing {
  base::Duration t1 = std::chrono::milliseconds{500};  ///< Round trip estimate.
  base::Duration t2 = std::chrono::seconds{4};         ///< Longest interval between repetitions.
  base::Duration t4 = std::chrono::seconds{5};         ///< How long a datagram may live in the network.
  base::Duration d = std::chrono::seconds{32};         ///< Wait for repeated final answers to INVITE.
  base::Duration t1x64 = std::chrono::seconds{32};     ///< Timers B, F, H, J, L, M.

  /// How long a request that has had no answer waits when there is another server to try; 0: Timers B and F.
  base::Duration no_answer{};

  base::Duration patience() const { return no_answer > base::Duration{0} ? std::min(no_answer, t1x64) : t1x64; }
  /// The interval after `interval` where repetition backs off up to T2.
  base::Duration backed_off(base::Duration interval) const { return std::min(2 * interval, t2); }
};

enum class Link : std::uint8_t { datagram, stream };

/// Why a transaction is over.
enum class End : std::uint8_t { finished, timeout, transport_error };

constexpr bool is_failure(int status) { return status >= 300; }

}  // namespace sip
