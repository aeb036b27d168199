// rtp/session.h - one RTP session with one peer: statistics, sender, RTCP timing and reports (RFC 3550 section 6).
//
// Pure: on_rtp/on_rtcp/on_time, then poll() until empty, then sleep until deadline(). Media itself does not pass
// through poll(): on_rtp() answers the parsed packet and whether to play it, build() writes the next packet.
// `ntp_at_zero` ties virtual time to the wall clock, once, for the NTP field of sender reports.
#pragma once
#include <optional>
#include <string>
#include <variant>

#include "base/outbox.h"
#include "base/random.h"
#include "base/time.h"
#include "rtp/quality.h"
#include "rtp/receiver.h"
#include "rtp/sender.h"

namespace rtp {

/// RFC 3550 section 6.2: five seconds, half of it for the first report, each time spread over 0.5 to 1.5.
inline constexpr base::Duration rtcp_min_interval = std::chrono::seconds{5};

/// The time to the next report; section 6.3.1 with its compensation of 1.21828.
base::Duration rtcp_interval(base::Duration minimum, bool initial, base::Random& random);

class Session {
 public:
  struct Config {
    std::uint32_t clock_hz = 8'000;
    std::string cname = "ahoy";
    base::Duration rtcp_interval = rtcp_min_interval;
    bool rtcp = true;                   ///< False: statistics only.
    std::uint64_t ntp_at_zero = 0;      ///< NTP time (32.32) of base::Time{}.
  };

  struct SendRtcp { std::vector<std::uint8_t> datagram; };
  struct PeerLeft { std::uint32_t ssrc; };          ///< A BYE.
  struct SsrcCollision { std::uint32_t new_ssrc; }; ///< The peer uses our SSRC: we took a new one.
  using Output = std::variant<SendRtcp, PeerLeft, SsrcCollision>;

  struct Received {
    Packet packet;
    Receiver::Verdict verdict;
    /// False for packets on probation, unconfirmed jumps and duplicates.
    bool playable() const;
  };

  /// `random` must outlive the session.
  Session(Config config, base::Random& random, base::Time now);

  base::Result<Received, PacketError> on_rtp(base::Bytes datagram, base::Time now);
  /// The same for a packet that is parsed already.
  Received on_packet(const Packet& packet, base::Time now);
  base::Result<void, RtcpError> on_rtcp(base::Bytes datagram, base::Time now);
  void on_time(base::Time now);
  /// Says goodbye: one compound with BYE, then no more reports.
  void close(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return next_report_; }

  Sender& sender() { return sender_; }
  const Sender& sender() const { return sender_; }
  Receiver& receiver() { return receiver_; }
  const Receiver& receiver() const { return receiver_; }

  /// From LSR and DLSR of the peer's last report; empty before one.
  std::optional<base::Duration> round_trip() const { return round_trip_; }
  /// What the peer says about what we send.
  const std::optional<ReportBlock>& peer_report() const { return peer_report_; }
  std::uint64_t malformed() const { return malformed_; }
  /// Estimated quality of what we hear.
  Quality quality() const;

 private:
  std::vector<std::uint8_t> compound(base::Time now, bool bye);
  void on_report_block(const ReportBlock& block, base::Time now);
  std::uint64_t ntp(base::Time now) const;

  Config config_;
  base::Random& random_;
  Sender sender_;
  Receiver receiver_;
  base::Outbox<Output, 8> outbox_;  // one input gives at most two
  base::Time next_report_ = base::never;
  std::uint32_t packets_at_last_report_ = 0;
  std::optional<base::Duration> round_trip_;
  std::optional<ReportBlock> peer_report_;
  std::uint64_t malformed_ = 0;
  bool closed_ = false;
};

}  // namespace rtp
