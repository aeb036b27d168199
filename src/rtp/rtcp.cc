// rtp/rtcp.cc - reads and writes RTCP compounds.
#include "rtp/rtcp.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace rtp {

namespace {

constexpr std::uint8_t type_sr = 200, type_rr = 201, type_sdes = 202, type_bye = 203;
constexpr std::size_t max_count = 31;
constexpr std::size_t max_text = 255;

ReportBlock take_block(base::ByteReader& in) {
  ReportBlock block;
  block.ssrc = in.take<std::uint32_t>();
  block.fraction_lost = in.take<std::uint8_t>();
  const auto lost = in.u24();
  // Sign-extend 24 bits.
  block.cumulative_lost = static_cast<std::int32_t>(lost << 8) >> 8;
  block.highest_sequence = in.take<std::uint32_t>();
  block.jitter = in.take<std::uint32_t>();
  block.last_sr = in.take<std::uint32_t>();
  block.delay_since_last_sr = in.take<std::uint32_t>();
  return block;
}

// Bytes after the blocks are a profile's extension (section 6.4.3) and are passed over.
std::vector<ReportBlock> take_blocks(base::ByteReader& in, std::size_t count) {
  std::vector<ReportBlock> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(take_block(in));
  return blocks;
}

std::string take_text(base::ByteReader& in) {
  const std::size_t length = in.take<std::uint8_t>();
  return std::string{base::text_of(in.take_bytes(length))};
}

/// One chunk ends with at least one null byte, up to a four byte boundary.
SourceDescription::Chunk take_chunk(base::ByteReader& in) {
  SourceDescription::Chunk chunk;
  chunk.ssrc = in.take<std::uint32_t>();
  std::size_t used = 0;
  while (in.ok()) {
    const auto type = in.take<std::uint8_t>();
    ++used;
    if (type == 0) break;
    auto text = take_text(in);
    used += 1 + text.size();
    if (in.ok()) chunk.items.push_back({type, std::move(text)});
  }
  in.take_bytes((4 - used % 4) % 4);
  return chunk;
}

std::optional<Rtcp> take_body(std::uint8_t type, std::size_t count, base::Bytes body) {
  base::ByteReader in{body};
  std::optional<Rtcp> packet;
  if (type == type_sr) {
    SenderReport report;
    report.ssrc = in.take<std::uint32_t>();
    report.ntp = in.take<std::uint64_t>();
    report.rtp_timestamp = in.take<std::uint32_t>();
    report.packets = in.take<std::uint32_t>();
    report.octets = in.take<std::uint32_t>();
    report.blocks = take_blocks(in, count);
    packet = std::move(report);
  } else if (type == type_rr) {
    ReceiverReport report;
    report.ssrc = in.take<std::uint32_t>();
    report.blocks = take_blocks(in, count);
    packet = std::move(report);
  } else if (type == type_sdes) {
    SourceDescription description;
    for (std::size_t i = 0; i < count && in.ok(); ++i) description.chunks.push_back(take_chunk(in));
    packet = std::move(description);
  } else if (type == type_bye) {
    Bye bye;
    for (std::size_t i = 0; i < count; ++i) bye.ssrcs.push_back(in.take<std::uint32_t>());
    if (in.ok() && !in.rest().empty()) bye.reason = take_text(in);
    packet = std::move(bye);
  } else {
    packet = OtherRtcp{type, static_cast<std::uint8_t>(count), {body.begin(), body.end()}};
  }
  return in.ok() ? packet : std::nullopt;
}

using Out = std::vector<std::uint8_t>;

void put_blocks(base::ByteWriter<Out>& out, const std::vector<ReportBlock>& blocks) {
  constexpr std::int32_t limit = 0x7fffff;
  for (std::size_t i = 0; i < std::min(blocks.size(), max_count); ++i) {
    const auto& block = blocks[i];
    out.put(block.ssrc);
    out.put(block.fraction_lost);
    out.u24(static_cast<std::uint32_t>(std::clamp(block.cumulative_lost, -limit - 1, limit)));
    out.put(block.highest_sequence);
    out.put(block.jitter);
    out.put(block.last_sr);
    out.put(block.delay_since_last_sr);
  }
}

void put_text(Out& out, std::string_view text) {
  text = text.substr(0, max_text);
  out.push_back(static_cast<std::uint8_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

struct BodyBuilder {
  Out& out;
  base::ByteWriter<Out> writer{out};

  std::pair<std::uint8_t, std::size_t> operator()(const SenderReport& report) {
    writer.put(report.ssrc);
    writer.put(report.ntp);
    writer.put(report.rtp_timestamp);
    writer.put(report.packets);
    writer.put(report.octets);
    put_blocks(writer, report.blocks);
    return {type_sr, report.blocks.size()};
  }
  std::pair<std::uint8_t, std::size_t> operator()(const ReceiverReport& report) {
    writer.put(report.ssrc);
    put_blocks(writer, report.blocks);
    return {type_rr, report.blocks.size()};
  }
  std::pair<std::uint8_t, std::size_t> operator()(const SourceDescription& description) {
    const auto count = std::min(description.chunks.size(), max_count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto start = out.size();
      writer.put(description.chunks[i].ssrc);
      for (const auto& item : description.chunks[i].items) {
        out.push_back(item.type);
        put_text(out, item.text);
      }
      do out.push_back(0); while ((out.size() - start) % 4 != 0);
    }
    return {type_sdes, count};
  }
  std::pair<std::uint8_t, std::size_t> operator()(const Bye& bye) {
    const auto count = std::min(bye.ssrcs.size(), max_count);
    const auto start = out.size();
    for (std::size_t i = 0; i < count; ++i) writer.put(bye.ssrcs[i]);
    if (!bye.reason.empty()) {
      put_text(out, bye.reason);
      while ((out.size() - start) % 4 != 0) out.push_back(0);
    }
    return {type_bye, count};
  }
  std::pair<std::uint8_t, std::size_t> operator()(const OtherRtcp& other) {
    const auto start = out.size();
    out.insert(out.end(), other.body.begin(), other.body.end());
    while ((out.size() - start) % 4 != 0) out.push_back(0);
    return {other.type, other.count};
  }
};

}  // namespace

base::Result<std::vector<Rtcp>, RtcpError> parse_rtcp(base::Bytes datagram) {
  if (datagram.size() < 4) return base::Unexpected<RtcpError>{RtcpError::too_short};
  if (datagram.size() > max_rtcp_bytes) return base::Unexpected<RtcpError>{RtcpError::too_long};
  std::vector<Rtcp> packets;
  base::ByteReader in{datagram};
  while (!in.rest().empty()) {
    if (packets.size() == max_rtcp_packets) return base::Unexpected<RtcpError>{RtcpError::too_many};
    const auto first = in.take<std::uint8_t>();
    const auto type = in.take<std::uint8_t>();
    const std::size_t words = in.take<std::uint16_t>();
    auto body = in.take_bytes(words * 4);
    if (!in.ok()) return base::Unexpected<RtcpError>{RtcpError::bad_length};
    if (first >> 6 != 2) return base::Unexpected<RtcpError>{RtcpError::bad_version};
    if (first & 0x20) {  // Padding: on the last packet of a compound only.
      const std::size_t padding = body.empty() ? 0 : body.back();
      if (!in.rest().empty() || padding == 0 || padding % 4 != 0 || padding > body.size())
        return base::Unexpected<RtcpError>{RtcpError::bad_padding};
      body = body.first(body.size() - padding);
    }
    auto packet = take_body(type, first & 0x1f, body);
    if (!packet) return base::Unexpected<RtcpError>{RtcpError::bad_body};
    packets.push_back(std::move(*packet));
  }
  return packets;
}

void build_rtcp(const Rtcp& packet, std::vector<std::uint8_t>& out) {
  const auto start = out.size();
  out.resize(start + 4);
  const auto [type, count] = std::visit(BodyBuilder{out}, packet);
  const auto words = (out.size() - start) / 4 - 1;
  out[start] = static_cast<std::uint8_t>(0x80 | std::min(count, max_count));
  out[start + 1] = type;
  out[start + 2] = static_cast<std::uint8_t>(words >> 8);
  out[start + 3] = static_cast<std::uint8_t>(words);
}

}  // namespace rtp
