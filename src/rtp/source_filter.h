// rtp/source_filter.h - from which address media is believed, and where ours goes (symmetric RTP, "latching").
//
// Signalling says where the peer expects media; behind a NAT that is wrong. For a short window after the
// description the first address that sends valid RTP wins; afterwards strangers are ignored and counted, so
// that nobody can steal or spray a call later (the weakness known as RTP bleed).
#pragma once
#include <cstdint>
#include <optional>

#include "base/address.h"
#include "base/time.h"

namespace rtp {

class SourceFilter {
 public:
  /// How long after the first packet the source may still be corrected towards the one signalled.
  static constexpr base::Duration learning_window = std::chrono::milliseconds{500};
  /// A believed source silent for so long may be replaced by one that keeps the same SSRC and sequence (a NAT
  /// rebinding, a phone that moved to another network).
  static constexpr base::Duration relatch_silence = std::chrono::milliseconds{250};
  static constexpr std::uint16_t relatch_max_gap = 500;  ///< Sequence numbers.

  struct Config {
    bool auto_adjust = true;  ///< False (disable-rtp-auto-adjust): only the signalled address is believed.
    bool relatch = true;      ///< After the window, under the rules above.
  };
  enum class Verdict : std::uint8_t {
    accept,
    latched,  ///< Accept, and the remote address changed: send there from now on.
    ignore,
  };

  explicit SourceFilter(Config config) : config_{config} {}

  /// A new description from the peer: a changed address starts a new learning window, in which packets still on
  /// their way from the old source do not win for good. Empty: nothing expected (any source may win).
  void expect(std::optional<base::Address> remote);
  /// A datagram that parsed as RTP.
  Verdict on_packet(const base::Address& source, std::uint32_t ssrc, std::uint16_t sequence, base::Time now);
  /// RTCP is judged by the host of the believed source; it never latches RTP.
  bool accepts_rtcp(const base::Address& source) const;

  /// Where to send: the believed source, before that the signalled address.
  std::optional<base::Address> remote() const { return source_ ? source_ : expected_; }
  bool has_latched() const { return source_.has_value(); }
  std::uint64_t ignored() const { return ignored_; }
  std::uint32_t changes() const { return changes_; }

 private:
  Verdict latch(const base::Address& source, std::uint32_t ssrc, std::uint16_t sequence, base::Time now);

  Config config_;
  std::optional<base::Address> expected_;
  std::optional<base::Address> source_;
  std::optional<base::Address> before_;  // believed under the description before this one
  std::uint32_t ssrc_ = 0;
  std::uint16_t sequence_ = 0;
  base::Time last_{};
  std::optional<base::Time> window_end_;
  std::uint64_t ignored_ = 0;
  std::uint32_t changes_ = 0;
};

}  // namespace rtp
