// sdp/answer.cc - answers offers (RFC 3264 section 6).
#include <algorithm>

#include "base/text.h"
#include "sdp/negotiation.h"

namespace sdp {

namespace {

struct Match {
  Rtpmap offered;
  const Codec* ours;
};

/// Formats both can do, in the order that counts.
std::vector<Match> common_codecs(const Media& offer, const Capabilities& capabilities) {
  std::vector<Match> found;
  const auto offered = offer.rtpmaps();
  const auto try_pair = [&](const Rtpmap& map, const Codec& codec) {
    if (!matches(map, offer.fmtp(map.payload_type), codec)) return;
    const bool have = std::any_of(found.begin(), found.end(),
                                  [&](const Match& m) { return m.offered.payload_type == map.payload_type; });
    if (!have) found.push_back({map, &codec});
  };
  if (capabilities.preference == Preference::generous) {
    for (const auto& map : offered)
      for (const auto& codec : capabilities.codecs) try_pair(map, codec);
  } else {
    for (const auto& codec : capabilities.codecs)
      for (const auto& map : offered) try_pair(map, codec);
  }
  if (capabilities.preference == Preference::scrooge && found.size() > 1) found.resize(1);
  return found;
}

AgreedCodec agreed(const Media& offer, const Rtpmap& map, std::string receive_fmtp) {
  return {map.encoding, map.clock_rate, map.channels, map.payload_type, map.payload_type,
          std::string{offer.fmtp(map.payload_type)}, std::move(receive_fmtp)};
}

std::optional<AgreedCodec> find_telephone_event(const Media& offer, const Capabilities& capabilities,
                                                std::uint32_t clock_rate) {
  std::vector<AgreedCodec> events;
  for (const auto& map : offer.rtpmaps()) {
    if (!is_telephone_event(map)) continue;
    // A peer that names fewer events than we do gets its own range back; some check for equality.
    const auto theirs = offer.fmtp(map.payload_type);
    events.push_back(agreed(offer, map, theirs == "0-15" ? "0-15" : capabilities.telephone_event_fmtp));
  }
  return pick(events, clock_rate);
}

std::optional<AgreedCodec> find_comfort_noise(const Media& offer) {
  for (const auto& map : offer.rtpmaps())
    if (is_comfort_noise(map) && map.clock_rate == 8'000) return agreed(offer, map, {});
  return std::nullopt;
}

/// What to do with one m= line.
struct Line {
  Media media;
  MediaAgreement agreement;
};

Rtpmap rtpmap_of(const AgreedCodec& codec) {
  return {codec.receive_payload_type, codec.encoding, codec.clock_rate, codec.channels};
}

Line accept_audio(const Description& offer, std::size_t index, const Capabilities& capabilities,
                  const std::vector<Match>& common) {
  const auto& offered = offer.media[index];
  const bool mux = offered.rtcp_mux() && capabilities.rtcp_mux;
  const auto direction_offered = offer.direction_of(offered);
  auto agreement = agree(offer, index, mux, capabilities.ptime);
  agreement.direction = capabilities.direction & reversed(direction_offered);
  agreement.held_by_peer = !receives(direction_offered);
  for (const auto& match : common) agreement.codecs.push_back(agreed(offered, match.offered, match.ours->fmtp));
  if (capabilities.telephone_event)
    agreement.telephone_event = find_telephone_event(offered, capabilities, agreement.codecs.front().clock_rate);
  if (capabilities.comfort_noise) agreement.comfort_noise = find_comfort_noise(offered);

  Media media;
  media.type = offered.type;
  media.port = capabilities.rtp.port;
  media.proto = offered.proto;
  for (const auto& codec : agreement.codecs) add_format(media, rtpmap_of(codec), codec.receive_fmtp);
  for (const auto& extra : {agreement.telephone_event, agreement.comfort_noise})
    if (extra) add_format(media, rtpmap_of(*extra), extra->receive_fmtp);
  if (const auto* silence = find(offered.attributes, "silenceSupp"); silence && silence->value)
    media.attributes.push_back(*silence);
  add_audio_lines(media, capabilities, agreement.ptime, agreement.direction, mux);
  return {std::move(media), std::move(agreement)};
}

Line refuse(const Description& offer, std::size_t index) {
  auto agreement = agree(offer, index, false, std::chrono::milliseconds{20});
  agreement.rejected = true;
  agreement.direction = Direction::inactive;
  agreement.remote_rtp.reset();
  agreement.remote_rtcp.reset();
  return {refused(offer.media[index]), std::move(agreement)};
}

Line pass(const Description& offer, std::size_t index, const Passthrough& passthrough, const base::Ip& session_ip) {
  auto media = relayed(passthrough, session_ip);
  media.proto = offer.media[index].proto;
  auto agreement = agree(offer, index, offer.media[index].rtcp_mux() && media.rtcp_mux(), std::chrono::milliseconds{20});
  const auto offered = offer.direction_of(offer.media[index]);
  agreement.passed_on = true;
  agreement.direction = reversed(offered) & direction_of(media.attributes).value_or(Direction::sendrecv);
  agreement.held_by_peer = !receives(offered);
  media.set_direction(agreement.direction);
  return {std::move(media), std::move(agreement)};
}

const Passthrough* usable_passthrough(const Capabilities& capabilities, const Media& offered, std::size_t index) {
  for (const auto& passthrough : capabilities.passthrough)
    if (passthrough.index == index && passthrough.local.port != 0 && passthrough.media.type == offered.type)
      return &passthrough;
  return nullptr;
}

bool is_audio_we_take(const Media& media, const Capabilities& capabilities) {
  return media.type == "audio" &&
         std::find(capabilities.protos.begin(), capabilities.protos.end(), media.proto) != capabilities.protos.end();
}

/// The stream to accept: where the previous description had its audio, else the first that fits.
std::optional<std::size_t> choose_audio(const Description& offer, const Capabilities& capabilities,
                                        const Description* previous, bool& saw_audio) {
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const auto& media = offer.media[i];
    if (media.port == 0 || !is_audio_we_take(media, capabilities)) continue;
    if (usable_passthrough(capabilities, media, i)) continue;
    saw_audio = true;
    if (common_codecs(media, capabilities).empty()) continue;
    const bool was_here = previous && i < previous->media.size() && previous->media[i].type == "audio" &&
                          previous->media[i].port != 0;
    if (!chosen || was_here) chosen = i;
    if (was_here) break;
  }
  return chosen;
}

}  // namespace

base::Result<Answer, Reason> answer(const Description& offer, const Capabilities& capabilities,
                                    const Description* previous) {
  if (offer.media.empty()) return base::Unexpected<Reason>{Reason::no_media};
  bool saw_audio = false;
  const auto audio = choose_audio(offer, capabilities, previous, saw_audio);
  Answer out{new_description(capabilities), {}};
  out.description.timings = offer.timings;  // Section 6: t= of the answer equals that of the offer.
  bool wanted_any = false;
  bool accepted_any = false;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const auto& offered = offer.media[i];
    const auto* passthrough = offered.port == 0 ? nullptr : usable_passthrough(capabilities, offered, i);
    auto line = audio == i    ? accept_audio(offer, i, capabilities, common_codecs(offered, capabilities))
                : passthrough ? pass(offer, i, *passthrough, capabilities.rtp.ip)
                              : refuse(offer, i);
    wanted_any = wanted_any || offered.port != 0;
    accepted_any = accepted_any || !line.agreement.rejected;
    out.description.media.push_back(std::move(line.media));
    out.media.push_back(std::move(line.agreement));
  }
  if (wanted_any && !accepted_any)
    return base::Unexpected<Reason>{saw_audio ? Reason::no_common_codec : Reason::nothing_acceptable};
  return out;
}

}  // namespace sdp
