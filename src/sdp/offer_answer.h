// sdp/offer_answer.h - the offer/answer model (RFC 3264) as functions from descriptions to descriptions.
//
// Nothing here keeps state: the caller holds the last local description (sdp::LocalDescription), passes it as
// `previous`, and runs what comes out through LocalDescription::set(), which settles the o= version.
// One audio stream is negotiated; other streams are refused with port 0 unless the caller passes them on.
// Errors  Reason; the usual SIP answer is 488, for malformed_answer ACK and BYE.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "sdp/description.h"

namespace sdp {

/// A format we can do, or pass on.
struct Codec {
  std::string encoding;  ///< "PCMU"
  std::uint32_t clock_rate = 8'000;
  std::uint8_t channels = 1;
  std::optional<std::uint8_t> payload_type = {};  ///< Static, or wanted; chosen from 96 up when empty.
  std::string fmtp = {};
  bool operator==(const Codec&) const = default;
};

/// Whose order of codecs counts in an answer (FreeSWITCH inbound-codec-negotiation).
enum class Preference : std::uint8_t {
  generous,  ///< The offerer's.
  greedy,    ///< Ours.
  scrooge,   ///< Ours, and only the winner is answered, so that the peer cannot switch away from it.
};

/// A stream we relay without understanding it: `media` supplies formats and attributes (from the other leg's
/// description), `local` the address that is put in.
struct Passthrough {
  std::size_t index = 0;  ///< Position of its m= line.
  Media media;
  base::Address local;
};

/// What this side can do and wants now.
struct Capabilities {
  std::vector<Codec> codecs;  ///< In our order of preference.
  base::Address rtp;          ///< Where we receive.
  std::optional<base::Address> rtcp = {};  ///< Empty: the port above rtp.
  bool rtcp_mux = false;      ///< Offered; in an answer used when the offer has it.
  bool telephone_event = true;
  std::string telephone_event_fmtp = "0-16";
  std::uint8_t telephone_event_payload_type = 101;
  bool comfort_noise = false;
  std::optional<bool> silence_suppression = {};  ///< a=silenceSupp:on|off (RFC 3108); echoed in answers anyway.
  Preference preference = Preference::generous;
  Direction direction = Direction::sendrecv;     ///< sendonly: we hold the peer.
  std::chrono::milliseconds ptime{20};
  std::optional<std::chrono::milliseconds> max_ptime = {};
  std::vector<std::string> protos{"RTP/AVP", "RTP/AVPF"};
  Attributes extra = {};                         ///< Appended to the audio section (crypto, ICE ...).
  std::vector<Passthrough> passthrough = {};
  std::string session_name = "Ahoy";
};

/// A codec both sides have, with the number each direction uses.
struct AgreedCodec {
  std::string encoding;
  std::uint32_t clock_rate = 8'000;
  std::uint8_t channels = 1;
  std::uint8_t send_payload_type = 0;     ///< We write it; the peer chose it.
  std::uint8_t receive_payload_type = 0;  ///< The peer writes it; we chose it.
  std::string send_fmtp = {};                  ///< What the peer wants to receive.
  std::string receive_fmtp = {};
  bool operator==(const AgreedCodec&) const = default;
};

/// What was settled for one m= line, seen from this side.
struct MediaAgreement {
  std::size_t index = 0;
  std::string type;
  std::string proto;
  bool rejected = false;
  bool passed_on = false;  ///< A Passthrough: codecs are not looked at.
  std::vector<AgreedCodec> codecs;  ///< The first is the one to send.
  std::optional<AgreedCodec> telephone_event;
  std::optional<AgreedCodec> comfort_noise;
  Direction direction = Direction::sendrecv;  ///< What we may do.
  /// The peer has put us on hold: we may send, if anything, but not expect to be heard (sendonly or inactive
  /// as the peer wrote it, or c=0.0.0.0).
  bool held_by_peer = false;
  std::optional<base::Address> remote_rtp;   ///< Empty when rejected, held by c=0.0.0.0, or a host name.
  std::optional<base::Address> remote_rtcp;
  bool rtcp_mux = false;
  std::chrono::milliseconds ptime{20};        ///< Of what we send.
  bool silence_suppression = true;            ///< False after a=silenceSupp:off: send no comfort noise.
  bool operator==(const MediaAgreement&) const = default;

  /// The agreed codec the peer means by a payload type it sent, or null.
  const AgreedCodec* by_receive_payload_type(std::uint8_t payload_type) const;
};

using Agreement = std::vector<MediaAgreement>;
/// The first audio line that was not rejected, or null.
const MediaAgreement* audio_of(const Agreement& agreement);

struct Answer {
  Description description;
  Agreement media;
};

enum class Reason : std::uint8_t {
  no_media,          ///< The offer has no m= line.
  no_common_codec,   ///< An audio stream was there, but nothing both can do.
  nothing_acceptable,///< Only types or protocols we do not take.
  malformed_answer,  ///< m= lines do not match the offer's in number or type.
  no_codec_answered, ///< Every stream was refused, or with formats we did not offer.
};
std::string_view text(Reason reason);

/// An offer of one audio stream (and the passthrough streams). With `previous`, m= lines keep their place and
/// their payload numbers, and lines that are gone stay with port 0.
Description make_offer(const Capabilities& capabilities, const Description* previous = nullptr);

/// The answer to `offer`, and what it means for us.
base::Result<Answer, Reason> answer(const Description& offer, const Capabilities& capabilities,
                                    const Description* previous = nullptr);

/// What the peer's `answer` to our `offer` means for us.
base::Result<Agreement, Reason> accept_answer(const Description& offer, const Description& answer);

/// How a back-to-back user agent turns leg A's offer into the capabilities for leg B's.
struct Derivation {
  bool pass_unknown_codecs = true;  ///< Formats A offers that we cannot decode are offered to B as they are.
  bool add_own_codecs = true;       ///< Ours that A does not offer follow A's (we would transcode).
  bool keep_direction = false;      ///< A's hold is passed on to B.
  /// Local addresses for A's streams other than the audio one, by m= position; streams without are dropped.
  std::vector<std::pair<std::size_t, base::Address>> extra_streams = {};
};
/// `capabilities` of leg B (its address, ptime ...) with codecs in A's order and A's payload numbers.
Capabilities derive(const Description& a_offer, Capabilities capabilities, const Derivation& derivation);
/// The streams of B's answer as passthrough for the answer to A; `locals` as in Derivation.
std::vector<Passthrough> pass_on(const Description& from,
                                 const std::vector<std::pair<std::size_t, base::Address>>& locals);

}  // namespace sdp
