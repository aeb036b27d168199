// sdp/derive.cc - what a back-to-back user agent carries from one leg's description to the other's.
#include <algorithm>
#include <array>

#include "sdp/negotiation.h"

namespace sdp {

namespace {

/// Attributes that speak of one leg's addresses or keys and would be wrong on another.
constexpr std::array<std::string_view, 18> of_one_leg{
    "candidate", "end-of-candidates", "remote-candidates", "ice-ufrag", "ice-pwd",     "ice-options",
    "ice-lite",  "crypto",            "fingerprint",       "setup",     "connection",  "tls-id",
    "rtcp",      "rtcp-mux",          "rtcp-mux-only",     "mid",       "ssrc",        "msid"};

const Media* first_audio(const Description& description) {
  for (const auto& media : description.media)
    if (media.type == "audio" && media.port != 0 && media.is_rtp()) return &media;
  return nullptr;
}

Media cleaned(const Description& from, const Media& media) {
  auto out = media;
  std::erase_if(out.attributes, [](const Attribute& attribute) {
    return std::find(of_one_leg.begin(), of_one_leg.end(), attribute.name) != of_one_leg.end();
  });
  out.connections.clear();
  out.key.clear();
  out.set_direction(from.direction_of(media));
  return out;
}

std::optional<base::Address> local_for(const std::vector<std::pair<std::size_t, base::Address>>& locals,
                                       std::size_t index) {
  for (const auto& [at, address] : locals)
    if (at == index) return address;
  return std::nullopt;
}

bool knows(const std::vector<Codec>& codecs, const Rtpmap& map, std::string_view fmtp) {
  return std::any_of(codecs.begin(), codecs.end(), [&](const Codec& codec) { return matches(map, fmtp, codec); });
}

}  // namespace

Capabilities derive(const Description& a_offer, Capabilities capabilities, const Derivation& derivation) {
  const auto own = std::move(capabilities.codecs);
  capabilities.codecs.clear();
  const auto* audio = first_audio(a_offer);
  for (const auto& map : audio ? audio->rtpmaps() : std::vector<Rtpmap>{}) {
    if (is_telephone_event(map)) {
      if (map.clock_rate == 8'000) capabilities.telephone_event_payload_type = map.payload_type;
      continue;
    }
    if (is_comfort_noise(map)) continue;
    const auto fmtp = audio->fmtp(map.payload_type);
    if (derivation.pass_unknown_codecs || knows(own, map, fmtp))
      capabilities.codecs.push_back({map.encoding, map.clock_rate, map.channels, map.payload_type, std::string{fmtp}});
  }
  if (derivation.add_own_codecs) {
    const auto from_a = capabilities.codecs;
    for (const auto& codec : own)
      if (!knows(from_a, rtpmap_of(codec, 0), codec.fmtp)) capabilities.codecs.push_back(codec);
  }
  if (derivation.keep_direction && audio) capabilities.direction = a_offer.direction_of(*audio);

  // Positions stay the same on both legs; a stream we cannot relay is offered with port 0 to keep them so.
  for (std::size_t i = 0; i < a_offer.media.size(); ++i) {
    const auto& media = a_offer.media[i];
    if (&media == audio) continue;
    const auto local = media.port == 0 ? std::nullopt : local_for(derivation.extra_streams, i);
    capabilities.passthrough.push_back({i, cleaned(a_offer, media), local.value_or(base::Address{})});
  }
  return capabilities;
}

std::vector<Passthrough> pass_on(const Description& from,
                                 const std::vector<std::pair<std::size_t, base::Address>>& locals) {
  std::vector<Passthrough> out;
  for (std::size_t i = 0; i < from.media.size(); ++i) {
    const auto local = local_for(locals, i);
    if (local && from.media[i].port != 0) out.push_back({i, cleaned(from, from.media[i]), *local});
  }
  return out;
}

}  // namespace sdp
