// rtp/packet.cc - the fixed header, contributing sources, extension and padding.
#include "rtp/packet.h"

namespace rtp {

namespace {
constexpr unsigned version = 2;

void store16(std::span<std::uint8_t> at, std::uint16_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}
void store32(std::span<std::uint8_t> at, std::uint32_t value) {
  store16(at, static_cast<std::uint16_t>(value >> 16));
  store16(at.subspan(2), static_cast<std::uint16_t>(value));
}
}  // namespace

base::Result<Packet, PacketError> Packet::parse(base::Bytes datagram) {
  if (datagram.size() < header_bytes) return base::Unexpected<PacketError>{PacketError::too_short};
  if (datagram.size() > max_packet_bytes) return base::Unexpected<PacketError>{PacketError::too_long};
  base::ByteReader in{datagram};
  const auto first = in.take<std::uint8_t>();
  const auto second = in.take<std::uint8_t>();
  if (first >> 6 != version) return base::Unexpected<PacketError>{PacketError::bad_version};
  Packet packet;
  packet.marker = (second & 0x80) != 0;
  packet.payload_type = second & 0x7f;
  packet.sequence = in.take<std::uint16_t>();
  packet.timestamp = in.take<std::uint32_t>();
  packet.ssrc = in.take<std::uint32_t>();
  packet.csrc = in.take_bytes(4U * (first & 0x0fU));
  if (!in.ok()) return base::Unexpected<PacketError>{PacketError::too_short};
  if (first & 0x10) {
    packet.has_extension = true;
    packet.extension_profile = in.take<std::uint16_t>();
    const std::size_t words = in.take<std::uint16_t>();
    packet.extension = in.take_bytes(words * 4);
    if (!in.ok()) return base::Unexpected<PacketError>{PacketError::bad_extension};
  }
  packet.payload = in.rest();
  if (first & 0x20) {
    const std::size_t padding = packet.payload.empty() ? 0 : packet.payload.back();
    if (padding == 0 || padding > packet.payload.size()) return base::Unexpected<PacketError>{PacketError::bad_padding};
    packet.payload = packet.payload.first(packet.payload.size() - padding);
  }
  return packet;
}

void Packet::build(std::vector<std::uint8_t>& out) const {
  base::ByteWriter writer{out};
  writer.put(static_cast<std::uint8_t>(version << 6 | (has_extension ? 0x10U : 0U) | (csrc.size() / 4 & 0x0fU)));
  writer.put(static_cast<std::uint8_t>((marker ? 0x80U : 0U) | (payload_type & 0x7fU)));
  writer.put(sequence);
  writer.put(timestamp);
  writer.put(ssrc);
  out.insert(out.end(), csrc.begin(), csrc.end());
  if (has_extension) {
    writer.put(extension_profile);
    writer.put(static_cast<std::uint16_t>(extension.size() / 4));
    out.insert(out.end(), extension.begin(), extension.end());
  }
  out.insert(out.end(), payload.begin(), payload.end());
}

// Payload types 64 to 95 with the marker bit read as RTCP types 192 to 223; RFC 5761 keeps RTP out of them.
bool is_rtcp(base::Bytes datagram) {
  return datagram.size() >= 8 && datagram[0] >> 6 == version && datagram[1] >= 192 && datagram[1] <= 223;
}

bool is_rtp_or_rtcp(base::Bytes datagram) { return !datagram.empty() && datagram[0] >= 128 && datagram[0] <= 191; }

void set_payload_type(std::span<std::uint8_t> packet, std::uint8_t payload_type) {
  packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80) | (payload_type & 0x7f));
}
void set_marker(std::span<std::uint8_t> packet, bool marker) {
  packet[1] = static_cast<std::uint8_t>((packet[1] & 0x7f) | (marker ? 0x80 : 0));
}
void set_sequence(std::span<std::uint8_t> packet, std::uint16_t sequence) { store16(packet.subspan(2), sequence); }
void set_timestamp(std::span<std::uint8_t> packet, std::uint32_t timestamp) { store32(packet.subspan(4), timestamp); }
void set_ssrc(std::span<std::uint8_t> packet, std::uint32_t ssrc) { store32(packet.subspan(8), ssrc); }

}  // namespace rtp
