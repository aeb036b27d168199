// sdp/offer.cc - makes offers (RFC 3264 sections 5 and 8) and reads the answers to them (section 7).
#include <algorithm>
#include <array>

#include "base/text.h"
#include "sdp/negotiation.h"

namespace sdp {

namespace {

/// Hands out payload types; a number once used in the session keeps its format (section 8.3.2).
class PayloadTypes {
 public:
  explicit PayloadTypes(const Media* previous) {
    if (!previous) return;
    known_ = previous->rtpmaps();
    for (const auto& map : known_) owner_[map.payload_type] = Owner::earlier;
  }

  std::optional<std::uint8_t> take(const Codec& codec) {
    const auto map = rtpmap_of(codec, 0);
    if (codec.payload_type) {
      const auto fixed = static_rtpmap(*codec.payload_type);
      if (fixed && fixed->same_format(map)) return claim(*codec.payload_type);
    }
    for (const auto& known : known_)
      if (known.same_format(map) && owner_[known.payload_type] == Owner::earlier) return claim(known.payload_type);
    if (codec.payload_type && *codec.payload_type <= last_payload_type && is_free(*codec.payload_type))
      return claim(*codec.payload_type);
    for (unsigned n = first_dynamic_payload_type; n <= last_payload_type; ++n)
      if (is_free(static_cast<std::uint8_t>(n))) return claim(static_cast<std::uint8_t>(n));
    return std::nullopt;
  }

 private:
  enum class Owner : std::uint8_t { nobody, earlier, this_offer };
  bool is_free(std::uint8_t n) const { return owner_[n] == Owner::nobody && !static_rtpmap(n); }
  std::optional<std::uint8_t> claim(std::uint8_t n) {
    if (owner_[n] == Owner::this_offer) return std::nullopt;
    owner_[n] = Owner::this_offer;
    return n;
  }

  std::vector<Rtpmap> known_;
  std::array<Owner, 256> owner_{};
};

Media audio_offer(const Capabilities& capabilities, const Media* previous) {
  Media media;
  media.port = capabilities.rtp.port;
  if (!capabilities.protos.empty()) media.proto = capabilities.protos.front();
  PayloadTypes numbers{previous};
  const auto add = [&](const Codec& codec) {
    if (media.formats.size() == max_formats) return;
    if (const auto number = numbers.take(codec)) add_format(media, rtpmap_of(codec, *number), codec.fmtp);
  };
  for (const auto& codec : capabilities.codecs) add(codec);
  if (capabilities.telephone_event)
    add({"telephone-event", 8'000, 1, capabilities.telephone_event_payload_type, capabilities.telephone_event_fmtp});
  if (capabilities.comfort_noise) add({"CN", 8'000, 1, 13, {}});
  if (capabilities.silence_suppression)
    media.add_attribute("silenceSupp", *capabilities.silence_suppression ? "on - - - -" : "off - - - -");
  add_audio_lines(media, capabilities, capabilities.ptime, capabilities.direction, capabilities.rtcp_mux);
  return media;
}

const Passthrough* passthrough_at(const Capabilities& capabilities, std::size_t index) {
  for (const auto& passthrough : capabilities.passthrough)
    if (passthrough.index == index) return &passthrough;
  return nullptr;
}

/// Where the audio line goes: its old place, else the first place that is free.
std::size_t audio_index(const Capabilities& capabilities, const Description* previous) {
  const std::size_t before = previous ? previous->media.size() : 0;
  std::optional<std::size_t> inactive;
  for (std::size_t i = 0; i < before; ++i) {
    if (previous->media[i].type != "audio" || passthrough_at(capabilities, i)) continue;
    if (previous->media[i].port != 0) return i;
    if (!inactive) inactive = i;
  }
  std::size_t index = inactive.value_or(before);
  while (passthrough_at(capabilities, index)) ++index;
  return index;
}

}  // namespace

Description make_offer(const Capabilities& capabilities, const Description* previous) {
  auto description = new_description(capabilities);
  const auto audio = audio_index(capabilities, previous);
  std::size_t size = std::max(audio + 1, previous ? previous->media.size() : 0);
  for (const auto& passthrough : capabilities.passthrough) size = std::max(size, passthrough.index + 1);
  size = std::min(size, max_media);

  for (std::size_t i = 0; i < size; ++i) {
    const Media* before = previous && i < previous->media.size() ? &previous->media[i] : nullptr;
    if (i == audio) {
      description.media.push_back(audio_offer(capabilities, before));
    } else if (const auto* passthrough = passthrough_at(capabilities, i)) {
      description.media.push_back(relayed(*passthrough, capabilities.rtp.ip));
    } else {
      description.media.push_back(refused(before ? *before : Media{}));
    }
  }
  return description;
}

namespace {

/// The format of our offer that an answered one stands for; an answer may use a number of its own.
std::optional<Rtpmap> offered_for(const Media& offer, const Rtpmap& answered, std::string_view fmtp) {
  std::optional<Rtpmap> found;
  for (const auto& map : offer.rtpmaps()) {
    if (!map.same_format(answered) || !fmtp_compatible(map.encoding, offer.fmtp(map.payload_type), fmtp)) continue;
    if (map.payload_type == answered.payload_type) return map;
    if (!found) found = map;
  }
  return found;
}

/// The answer's meaning of a format; without an rtpmap line of its own, a dynamic number means what we offered.
std::vector<Rtpmap> answered_formats(const Media& offer, const Media& answer) {
  std::vector<Rtpmap> maps;
  for (const auto& format : answer.formats) {
    const auto number = base::to_number<std::uint8_t>(format);
    if (!number) continue;
    auto map = answer.rtpmap(*number);
    if (!map) map = offer.rtpmap(*number);
    if (map) maps.push_back(std::move(*map));
  }
  return maps;
}

void agree_codecs(const Media& offer, const Media& answer, MediaAgreement& out) {
  std::vector<AgreedCodec> events;
  for (const auto& map : answered_formats(offer, answer)) {
    const auto fmtp = answer.fmtp(map.payload_type);
    const auto offered = offered_for(offer, map, fmtp);
    if (!offered) continue;
    AgreedCodec codec{map.encoding, map.clock_rate, map.channels, map.payload_type, offered->payload_type,
                      std::string{fmtp}, std::string{offer.fmtp(offered->payload_type)}};
    if (is_telephone_event(map)) {
      events.push_back(std::move(codec));
    } else if (is_comfort_noise(map)) {
      out.comfort_noise = std::move(codec);
    } else {
      out.codecs.push_back(std::move(codec));
    }
  }
  if (!out.codecs.empty()) out.telephone_event = pick(events, out.codecs.front().clock_rate);
  out.rejected = out.codecs.empty();
}

}  // namespace

base::Result<Agreement, Reason> accept_answer(const Description& offer, const Description& answer) {
  if (offer.media.size() != answer.media.size()) return base::Unexpected<Reason>{Reason::malformed_answer};
  Agreement agreement;
  bool offered_any = false;
  bool accepted_any = false;
  for (std::size_t i = 0; i < offer.media.size(); ++i) {
    const auto& ours = offer.media[i];
    const auto& theirs = answer.media[i];
    if (ours.type != theirs.type) return base::Unexpected<Reason>{Reason::malformed_answer};
    auto out = agree(answer, i, ours.rtcp_mux() && theirs.rtcp_mux(), ours.ptime().value_or(std::chrono::milliseconds{20}));
    const auto wanted = offer.direction_of(ours);
    const auto remote = answer.direction_of(theirs);
    out.direction = wanted & reversed(remote);
    out.held_by_peer = sends(wanted) && !receives(remote);
    out.rejected = ours.port == 0 || theirs.port == 0;
    out.passed_on = ours.type != "audio" || !ours.is_rtp();
    if (!out.rejected && !out.passed_on) agree_codecs(ours, theirs, out);
    offered_any = offered_any || ours.port != 0;
    accepted_any = accepted_any || !out.rejected;
    agreement.push_back(std::move(out));
  }
  if (offered_any && !accepted_any) return base::Unexpected<Reason>{Reason::no_codec_answered};
  return agreement;
}

}  // namespace sdp
