// rtp/rtcp.h - RTCP compound packets as values (RFC 3550 section 6): SR, RR, SDES, BYE, and the rest untouched.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace rtp {

inline constexpr std::size_t max_rtcp_bytes = 1'500;
inline constexpr std::size_t max_rtcp_packets = 32;  ///< In one compound.

/// About one source, sections 6.4.1 and 6.4.2.
struct ReportBlock {
  std::uint32_t ssrc = 0;
  std::uint8_t fraction_lost = 0;    ///< Of 256, since the last report.
  std::int32_t cumulative_lost = 0;  ///< 24 bits on the wire.
  std::uint32_t highest_sequence = 0;
  std::uint32_t jitter = 0;
  std::uint32_t last_sr = 0;             ///< Middle 32 bits of the NTP time of the last SR.
  std::uint32_t delay_since_last_sr = 0; ///< 1/65536 s.
  bool operator==(const ReportBlock&) const = default;
};

struct SenderReport {
  std::uint32_t ssrc = 0;
  std::uint64_t ntp = 0;  ///< 32.32 fixed point seconds.
  std::uint32_t rtp_timestamp = 0;
  std::uint32_t packets = 0;
  std::uint32_t octets = 0;
  std::vector<ReportBlock> blocks = {};
  bool operator==(const SenderReport&) const = default;
};

struct ReceiverReport {
  std::uint32_t ssrc = 0;
  std::vector<ReportBlock> blocks = {};
  bool operator==(const ReceiverReport&) const = default;
};

struct SourceDescription {
  struct Item {
    std::uint8_t type = 1;  ///< 1 CNAME, 2 NAME, 6 TOOL ...
    std::string text;
    bool operator==(const Item&) const = default;
  };
  struct Chunk {
    std::uint32_t ssrc = 0;
    std::vector<Item> items;
    bool operator==(const Chunk&) const = default;
  };
  std::vector<Chunk> chunks;
  bool operator==(const SourceDescription&) const = default;
};

struct Bye {
  std::vector<std::uint32_t> ssrcs;
  std::string reason = {};
  bool operator==(const Bye&) const = default;
};

/// APP, feedback (RFC 4585), extended reports and anything newer: type, count field and body as they came.
struct OtherRtcp {
  std::uint8_t type = 0;
  std::uint8_t count = 0;
  std::vector<std::uint8_t> body;
  bool operator==(const OtherRtcp&) const = default;
};

using Rtcp = std::variant<SenderReport, ReceiverReport, SourceDescription, Bye, OtherRtcp>;

enum class RtcpError : std::uint8_t { too_short, too_long, too_many, bad_version, bad_length, bad_body, bad_padding };

/// Strict on lengths, lenient on which packet comes first (RFC 5506 reduced-size reports pass).
base::Result<std::vector<Rtcp>, RtcpError> parse_rtcp(base::Bytes datagram);
/// Appends one packet.
void build_rtcp(const Rtcp& packet, std::vector<std::uint8_t>& out);

}  // namespace rtp
