#include "call/media/negotiation.h"

#include <algorithm>

#include "base/text.h"

namespace call {

namespace {

Media::Refusal refusal_of(sdp::Reason reason) {
  return reason == sdp::Reason::malformed_answer ? Media::Refusal::malformed : Media::Refusal::not_acceptable;
}

bool same_format(const sdp::Codec& a, const sdp::Codec& b) {
  return base::same(a.encoding, b.encoding) && a.clock_rate == b.clock_rate && a.channels == b.channels;
}

const sdp::Media* audio_line(const sdp::Description& description) {
  for (const auto& media : description.media)
    if (media.type == "audio" && media.port != 0 && media.is_rtp()) return &media;
  return nullptr;
}

/// Places of the streams other than the audio one, with an address of ours for each that may have one.
std::vector<std::pair<std::size_t, base::Address>> extra_ports(const sdp::Description& description,
                                                               const Negotiation::ExtraPort& extra) {
  std::vector<std::pair<std::size_t, base::Address>> ports;
  const auto* audio = audio_line(description);
  for (std::size_t i = 0; i < description.media.size(); ++i) {
    if (&description.media[i] == audio || description.media[i].port == 0) continue;
    if (const auto local = extra(i); local.port != 0) ports.emplace_back(i, local);
  }
  return ports;
}

bool offers_comfort_noise(const sdp::Description& description) {
  const auto* audio = audio_line(description);
  if (!audio) return false;
  const auto maps = audio->rtpmaps();
  return std::any_of(maps.begin(), maps.end(), [](const auto& map) { return base::same(map.encoding, "CN"); });
}

}  // namespace

Negotiation::Negotiation(const MediaOptions& options, base::Random& random)
    : options_{options}, local_{"-", random.u64() >> 2} {}

sdp::Capabilities Negotiation::capabilities(const base::Address& local) const {
  sdp::Capabilities out;
  out.codecs = options_.codecs;
  out.rtp = {options_.advertised, local.port};
  out.preference = options_.preference;
  out.direction = direction_;
  out.telephone_event_payload_type = options_.telephone_event_payload_type;
  return out;
}

std::vector<sdp::Codec> Negotiation::agreed_codecs() const {
  std::vector<sdp::Codec> out;
  if (const auto* agreed = audio())
    for (const auto& codec : agreed->codecs)
      out.push_back({codec.encoding, codec.clock_rate, codec.channels, codec.send_payload_type, codec.send_fmtp});
  return out;
}

std::vector<sdp::Codec> Negotiation::allowed(std::vector<sdp::Codec> codecs) const {
  if (options_.only_listed)
    std::erase_if(codecs, [&](const auto& codec) {
      return std::ranges::none_of(options_.codecs, [&](const auto& listed) { return same_format(listed, codec); });
    });
  return codecs;
}

void Negotiation::remember(sdp::Description description) { local_text_ = local_.set(std::move(description)).print(); }

base::Result<void, Media::Refusal> Negotiation::take_offer(std::string_view text) {
  if (!sdp::Description::parse(text)) return base::Unexpected<Refusal>{Refusal::malformed};
  offered_ = text;
  return {};
}

base::Result<void, Media::Refusal> Negotiation::make_answer(const base::Address& local, const Negotiation* peer,
                                                            const ExtraPort& extra) {
  const auto text = std::exchange(offered_, {});
  const auto offer = sdp::Description::parse(text);
  if (!offer) return base::Unexpected<Refusal>{Refusal::malformed};
  auto wanted = capabilities(local);
  wanted.rtcp_mux = true;
  base::Result<sdp::Answer, sdp::Reason> answer = base::Unexpected<sdp::Reason>{sdp::Reason::no_common_codec};
  if (peer && peer->audio()) {
    // What the other leg does comes first, whether we could decode it or not.
    auto like_peer = wanted;
    like_peer.codecs = allowed(peer->agreed_codecs());
    like_peer.preference = sdp::Preference::greedy;
    like_peer.comfort_noise = peer->audio()->comfort_noise.has_value();
    if (const auto remote = sdp::Description::parse(peer->remote_))
      like_peer.passthrough = wanted.passthrough = sdp::pass_on(*remote, extra_ports(*remote, extra));
    answer = sdp::answer(*offer, like_peer, local_.current());
  }
  if (!answer || !sdp::audio_of(answer->media)) answer = sdp::answer(*offer, wanted, local_.current());
  if (!answer) return base::Unexpected<Refusal>{refusal_of(answer.error())};
  if (!sdp::audio_of(answer->media)) return base::Unexpected<Refusal>{Refusal::not_acceptable};
  remote_ = text;
  agreement_ = std::move(answer->media);
  remember(std::move(answer->description));
  return {};
}

void Negotiation::make_offer(const base::Address& local, const Negotiation* peer, const ExtraPort& extra) {
  auto wanted = capabilities(local);
  if (peer && peer->audio() && !peer->has_offer()) {
    // The peer has been answered: only what was agreed with it can be relayed to it.
    auto codecs = allowed(peer->agreed_codecs());
    const auto of_peer = codecs;
    for (const auto& codec : wanted.codecs)
      if (std::none_of(of_peer.begin(), of_peer.end(), [&](const auto& c) { return same_format(c, codec); }))
        codecs.push_back(codec);
    wanted.codecs = std::move(codecs);
    wanted.comfort_noise = peer->audio()->comfort_noise.has_value();
    if (const auto& event = peer->audio()->telephone_event) wanted.telephone_event_payload_type = event->send_payload_type;
    if (const auto remote = sdp::Description::parse(peer->remote_); remote && local_.current())
      wanted.passthrough = sdp::pass_on(*remote, extra_ports(*remote, extra));
  } else if (peer && peer->has_offer()) {
    if (const auto remote = sdp::Description::parse(peer->offered_)) {
      sdp::Derivation derivation;
      derivation.extra_streams = extra_ports(*remote, extra);
      wanted.comfort_noise = offers_comfort_noise(*remote);
      wanted = sdp::derive(*remote, std::move(wanted), derivation);
    }
  }
  remember(sdp::make_offer(wanted, local_.current()));
  awaits_answer_ = true;
}

base::Result<void, Media::Refusal> Negotiation::take_answer(std::string_view text) {
  const auto answer = sdp::Description::parse(text);
  if (!answer || !local_.current()) return base::Unexpected<Refusal>{Refusal::malformed};
  auto agreement = sdp::accept_answer(*local_.current(), *answer);
  if (!agreement) return base::Unexpected<Refusal>{refusal_of(agreement.error())};
  if (!sdp::audio_of(*agreement)) return base::Unexpected<Refusal>{Refusal::not_acceptable};
  remote_ = text;
  agreement_ = std::move(*agreement);
  awaits_answer_ = false;
  return {};
}

sdp::Direction Negotiation::remote_direction() const {
  const auto remote = sdp::Description::parse(remote_);
  const auto* media = remote ? audio_line(*remote) : nullptr;
  return media ? remote->direction_of(*media) : sdp::Direction::sendrecv;
}

std::string Negotiation::remote_codecs() const {
  std::string out;
  const auto remote = sdp::Description::parse(remote_text());
  const auto* audio = remote ? audio_line(*remote) : nullptr;
  if (!audio) return out;
  const auto ptime = audio->ptime().value_or(std::chrono::milliseconds{20});
  for (const auto& map : audio->rtpmaps()) {
    if (base::same(map.encoding, "telephone-event") || base::same(map.encoding, "CN")) continue;
    if (!out.empty()) out += ',';
    out += map.encoding + '@' + std::to_string(map.clock_rate) + "h@" + std::to_string(ptime.count()) + 'i';
    if (map.channels > 1) out += '@' + std::to_string(map.channels) + 'c';
  }
  return out;
}

}  // namespace call
