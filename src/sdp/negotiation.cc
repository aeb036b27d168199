// sdp/negotiation.cc - matching of formats and the building blocks of media sections.
#include "sdp/negotiation.h"

#include <algorithm>

#include "base/text.h"

namespace sdp {

bool is_telephone_event(const Rtpmap& map) { return base::same(map.encoding, "telephone-event"); }
bool is_comfort_noise(const Rtpmap& map) { return base::same(map.encoding, "CN"); }

bool fmtp_compatible(std::string_view encoding, std::string_view a, std::string_view b) {
  struct Row {
    std::string_view encoding, key, otherwise;
  };
  static constexpr Row rows[]{{"AMR", "octet-align", "0"},     {"AMR-WB", "octet-align", "0"},
                              {"G7221", "bitrate", ""},        {"H264", "packetization-mode", "0"},
                              {"VP9", "profile-id", "0"},      {"BV32", "rate", ""}};
  for (const auto& row : rows) {
    if (!base::same(row.encoding, encoding)) continue;
    if (fmtp_parameter(a, row.key).value_or(row.otherwise) != fmtp_parameter(b, row.key).value_or(row.otherwise))
      return false;
  }
  return true;
}

bool matches(const Rtpmap& map, std::string_view fmtp, const Codec& codec) {
  return map.same_format(rtpmap_of(codec, 0)) && fmtp_compatible(codec.encoding, fmtp, codec.fmtp);
}

Rtpmap rtpmap_of(const Codec& codec, std::uint8_t payload_type) {
  return {payload_type, codec.encoding, codec.clock_rate, codec.channels};
}

void add_format(Media& media, const Rtpmap& map, std::string_view fmtp) {
  media.formats.push_back(std::to_string(map.payload_type));
  media.add_attribute("rtpmap", map.text());
  if (!fmtp.empty()) media.add_attribute("fmtp", Fmtp{media.formats.back(), std::string{fmtp}}.text());
}

Media refused(const Media& media) {
  Media out;
  out.type = media.type;
  out.proto = media.proto;
  out.port = 0;
  out.formats.push_back(media.formats.empty() ? "0" : media.formats.front());
  return out;
}

Media relayed(const Passthrough& passthrough, const base::Ip& session_ip) {
  if (passthrough.local.port == 0) return refused(passthrough.media);
  auto media = passthrough.media;
  media.port = passthrough.local.port;
  media.port_count = 1;
  media.connections.clear();
  if (passthrough.local.ip != session_ip) media.connections.push_back(Connection::of(passthrough.local.ip));
  return media;
}

void add_audio_lines(Media& media, const Capabilities& capabilities, std::chrono::milliseconds ptime,
                     Direction direction, bool rtcp_mux) {
  media.add_attribute("ptime", std::to_string(ptime.count()));
  if (capabilities.max_ptime) media.add_attribute("maxptime", std::to_string(capabilities.max_ptime->count()));
  if (rtcp_mux) media.add_attribute("rtcp-mux");
  const auto& rtcp = capabilities.rtcp;
  const bool implied = !rtcp || (rtcp->ip == capabilities.rtp.ip && rtcp->port == capabilities.rtp.port + 1);
  if (!implied) {
    const bool other_ip = rtcp->ip != capabilities.rtp.ip;
    media.add_attribute("rtcp", RtcpAttribute{rtcp->port, other_ip ? std::optional{rtcp->ip} : std::nullopt}.text());
  }
  media.attributes.insert(media.attributes.end(), capabilities.extra.begin(), capabilities.extra.end());
  media.set_direction(direction);
}

Description new_description(const Capabilities& capabilities) {
  Description description;
  description.name = capabilities.session_name;
  description.origin.set_ip(capabilities.rtp.ip);
  description.connection = Connection::of(capabilities.rtp.ip);
  return description;
}

std::chrono::milliseconds send_ptime(const Media& remote, std::chrono::milliseconds ours) {
  auto ptime = remote.ptime().value_or(ours);
  if (ptime < min_ptime || ptime > max_sane_ptime) ptime = ours;
  const auto limit = remote.max_ptime().value_or(max_sane_ptime);
  return limit >= min_ptime ? std::min(ptime, limit) : ptime;
}

MediaAgreement agree(const Description& remote, std::size_t index, bool rtcp_mux, std::chrono::milliseconds ptime) {
  const auto& media = remote.media[index];
  MediaAgreement out;
  out.index = index;
  out.type = media.type;
  out.proto = media.proto;
  out.remote_rtp = remote.rtp_address(media);
  out.remote_rtcp = rtcp_mux ? out.remote_rtp : remote.rtcp_address(media);
  out.rtcp_mux = rtcp_mux;
  out.ptime = send_ptime(media, ptime);
  out.silence_suppression = !value_of(media.attributes, "silenceSupp").starts_with("off");
  return out;
}

std::optional<AgreedCodec> pick(const std::vector<AgreedCodec>& candidates, std::uint32_t clock_rate) {
  for (const auto& candidate : candidates)
    if (candidate.clock_rate == clock_rate) return candidate;
  return candidates.empty() ? std::nullopt : std::optional{candidates.front()};
}

const AgreedCodec* MediaAgreement::by_receive_payload_type(std::uint8_t payload_type) const {
  for (const auto& codec : codecs)
    if (codec.receive_payload_type == payload_type) return &codec;
  return nullptr;
}

const MediaAgreement* audio_of(const Agreement& agreement) {
  for (const auto& media : agreement)
    if (media.type == "audio" && !media.rejected && !media.passed_on) return &media;
  return nullptr;
}

std::string_view text(Reason reason) {
  switch (reason) {
    case Reason::no_media: return "the offer has no m= line";
    case Reason::no_common_codec: return "no common codec";
    case Reason::nothing_acceptable: return "no stream of a type and protocol we take";
    case Reason::malformed_answer: return "the m= lines of the answer do not match the offer";
    case Reason::no_codec_answered: return "the answer accepts none of the streams offered";
  }
  return "unknown";
}

}  // namespace sdp
