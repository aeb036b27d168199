// sdp/negotiation.h - what offers and answers have in common. Private to sdp.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdp/offer_answer.h"

namespace sdp {

/// Packet times outside are taken for mistakes.
inline constexpr std::chrono::milliseconds min_ptime{5};
inline constexpr std::chrono::milliseconds max_sane_ptime{200};
inline constexpr std::uint8_t first_dynamic_payload_type = 96;
inline constexpr std::uint8_t last_payload_type = 127;

bool is_telephone_event(const Rtpmap& map);
bool is_comfort_noise(const Rtpmap& map);

/// Parameters that must agree, or the two ends would not understand each other.
bool fmtp_compatible(std::string_view encoding, std::string_view a, std::string_view b);
bool matches(const Rtpmap& map, std::string_view fmtp, const Codec& codec);
Rtpmap rtpmap_of(const Codec& codec, std::uint8_t payload_type);

/// Adds a format with its rtpmap and fmtp lines.
void add_format(Media& media, const Rtpmap& map, std::string_view fmtp);
/// The m= line of a refused stream: port 0, one format to satisfy the grammar, nothing else.
Media refused(const Media& media);
/// A passed-on stream with our address.
Media relayed(const Passthrough& passthrough, const base::Ip& session_ip);
/// The lines under an audio stream that do not depend on the codec.
void add_audio_lines(Media& media, const Capabilities& capabilities, std::chrono::milliseconds ptime,
                     Direction direction, bool rtcp_mux);
Description new_description(const Capabilities& capabilities);

/// What the peer wants us to send, within reason.
std::chrono::milliseconds send_ptime(const Media& remote, std::chrono::milliseconds ours);
/// Fills what does not depend on codecs: addresses, mux, packet time, silence suppression.
MediaAgreement agree(const Description& remote, std::size_t index, bool rtcp_mux, std::chrono::milliseconds ptime);
/// The event whose clock is the codec's, else the first.
std::optional<AgreedCodec> pick(const std::vector<AgreedCodec>& candidates, std::uint32_t clock_rate);

}  // namespace sdp
