// sdp/attribute.cc - reads and writes the attributes RFC 8866 section 6 and RFC 3605 define.
#include "sdp/attribute.h"

#include <algorithm>

#include "base/cursor.h"
#include "base/text.h"

namespace sdp {

const Attribute* find(const Attributes& attributes, std::string_view name) {
  for (const auto& attribute : attributes)
    if (attribute.name == name) return &attribute;
  return nullptr;
}

std::string_view value_of(const Attributes& attributes, std::string_view name) {
  const auto* attribute = find(attributes, name);
  return attribute && attribute->value ? std::string_view{*attribute->value} : std::string_view{};
}

void remove(Attributes& attributes, std::string_view name) {
  std::erase_if(attributes, [name](const Attribute& attribute) { return attribute.name == name; });
}

void set(Attributes& attributes, std::string_view name, std::string value) {
  for (auto& attribute : attributes) {
    if (attribute.name != name) continue;
    attribute.value = std::move(value);
    return;
  }
  attributes.push_back({std::string{name}, std::move(value)});
}

std::optional<Rtpmap> Rtpmap::parse(std::string_view value) {
  base::Cursor in{value};
  const auto payload_type = in.take_number<std::uint8_t>();
  if (!payload_type || *payload_type > 127) return std::nullopt;
  in.skip_space();
  const auto encoding = in.take_until('/');
  if (encoding.empty() || !in.take_exact('/')) return std::nullopt;
  const auto clock = in.take_number();
  if (!clock || *clock == 0) return std::nullopt;
  Rtpmap map{*payload_type, std::string{encoding}, *clock, 1};
  if (in.take_exact('/')) {
    const auto channels = in.take_number<std::uint8_t>();
    if (!channels || *channels == 0) return std::nullopt;
    map.channels = *channels;
  }
  in.skip_space();
  return in.at_end() ? std::optional{map} : std::nullopt;
}

std::string Rtpmap::text() const {
  auto out = std::to_string(payload_type) + ' ' + encoding + '/' + std::to_string(clock_rate);
  if (channels != 1) out += '/' + std::to_string(channels);
  return out;
}

bool Rtpmap::same_format(const Rtpmap& other) const {
  return base::same(encoding, other.encoding) && clock_rate == other.clock_rate && channels == other.channels;
}

std::optional<Rtpmap> static_rtpmap(std::uint8_t payload_type) {
  struct Row {
    std::uint8_t payload_type;
    const char* encoding;
    std::uint32_t clock_rate;
    std::uint8_t channels;
  };
  static constexpr Row rows[]{
      {0, "PCMU", 8'000, 1},   {3, "GSM", 8'000, 1},     {4, "G723", 8'000, 1},   {5, "DVI4", 8'000, 1},
      {6, "DVI4", 16'000, 1},  {7, "LPC", 8'000, 1},     {8, "PCMA", 8'000, 1},   {9, "G722", 8'000, 1},
      {10, "L16", 44'100, 2},  {11, "L16", 44'100, 1},   {12, "QCELP", 8'000, 1}, {13, "CN", 8'000, 1},
      {14, "MPA", 90'000, 1},  {15, "G728", 8'000, 1},   {16, "DVI4", 11'025, 1}, {17, "DVI4", 22'050, 1},
      {18, "G729", 8'000, 1},  {25, "CelB", 90'000, 1},  {26, "JPEG", 90'000, 1}, {28, "nv", 90'000, 1},
      {31, "H261", 90'000, 1}, {32, "MPV", 90'000, 1},   {33, "MP2T", 90'000, 1}, {34, "H263", 90'000, 1}};
  for (const auto& row : rows)
    if (row.payload_type == payload_type) return Rtpmap{row.payload_type, row.encoding, row.clock_rate, row.channels};
  return std::nullopt;
}

std::optional<Fmtp> Fmtp::parse(std::string_view value) {
  base::Cursor in{base::trim(value)};
  const auto format = in.take_until(' ');
  if (format.empty()) return std::nullopt;
  return Fmtp{std::string{format}, std::string{base::trim(in.rest())}};
}

std::string Fmtp::text() const { return format + ' ' + parameters; }

std::optional<std::string_view> fmtp_parameter(std::string_view parameters, std::string_view key) {
  for (auto piece : base::split(parameters, ';')) {
    piece = base::trim(piece);
    const auto equals = piece.find('=');
    if (!base::same(base::trim(piece.substr(0, equals)), key)) continue;
    return equals == std::string_view::npos ? std::string_view{} : base::trim(piece.substr(equals + 1));
  }
  return std::nullopt;
}

std::optional<RtcpAttribute> RtcpAttribute::parse(std::string_view value) {
  base::Cursor in{value};
  const auto port = in.take_number<std::uint16_t>();
  if (!port) return std::nullopt;
  RtcpAttribute rtcp{*port, std::nullopt};
  in.skip_space();
  if (in.at_end()) return rtcp;
  if (!in.take_prefix("IN IP4 ") && !in.take_prefix("IN IP6 ")) return std::nullopt;
  rtcp.ip = base::Ip::parse(base::trim(in.rest()));
  return rtcp.ip ? std::optional{rtcp} : std::nullopt;
}

std::string RtcpAttribute::text() const {
  auto out = std::to_string(port);
  if (ip) out += (ip->family == base::Family::ipv4 ? " IN IP4 " : " IN IP6 ") + ip->text();
  return out;
}

std::string_view text(Direction d) {
  switch (d) {
    case Direction::inactive: return "inactive";
    case Direction::sendonly: return "sendonly";
    case Direction::recvonly: return "recvonly";
    case Direction::sendrecv: return "sendrecv";
  }
  return "sendrecv";
}

std::optional<Direction> direction_of(const Attributes& attributes) {
  for (const auto d : {Direction::sendrecv, Direction::sendonly, Direction::recvonly, Direction::inactive})
    if (find(attributes, text(d))) return d;
  return std::nullopt;
}

}  // namespace sdp
