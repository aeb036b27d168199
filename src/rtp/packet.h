// rtp/packet.h - an RTP packet as a view of a datagram (RFC 3550 section 5.1), and header fields changed in place.
//
// Cost: parse() reads the header only and copies nothing.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace rtp {

inline constexpr std::size_t header_bytes = 12;
inline constexpr std::size_t max_packet_bytes = 1'500;  ///< Larger datagrams are refused.

enum class PacketError : std::uint8_t { too_short, too_long, bad_version, bad_padding, bad_extension };

/// Spans point into the datagram it was parsed from.
struct Packet {
  bool marker = false;
  std::uint8_t payload_type = 0;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  base::Bytes csrc = {};  ///< Four bytes each, at most 15.
  bool has_extension = false;
  std::uint16_t extension_profile = 0;
  base::Bytes extension = {};  ///< Without its four byte header; a multiple of four.
  base::Bytes payload = {};    ///< Without padding.

  static base::Result<Packet, PacketError> parse(base::Bytes datagram);
  /// Appends the packet; padding is not written.
  void build(std::vector<std::uint8_t>& out) const;
};

/// RFC 5761 section 4: tells RTCP from RTP on one port by the second byte.
bool is_rtcp(base::Bytes datagram);
/// RFC 7983: RTP or RTCP, not STUN or DTLS.
bool is_rtp_or_rtcp(base::Bytes datagram);

/// Changes of a packet that Packet::parse() accepted, for relaying.
void set_payload_type(std::span<std::uint8_t> packet, std::uint8_t payload_type);
void set_marker(std::span<std::uint8_t> packet, bool marker);
void set_sequence(std::span<std::uint8_t> packet, std::uint16_t sequence);
void set_timestamp(std::span<std::uint8_t> packet, std::uint32_t timestamp);
void set_ssrc(std::span<std::uint8_t> packet, std::uint32_t ssrc);

/// a - b on the circle of sequence numbers: positive when a is newer.
constexpr std::int16_t sequence_distance(std::uint16_t a, std::uint16_t b) {
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(a - b));
}
constexpr std::int32_t timestamp_distance(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b); }

}  // namespace rtp
