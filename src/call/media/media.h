// call/media/media.h - the media of one leg: its ports, its session description, and what happens to its audio.
//
// SDP goes through here as text; negotiation is sdp/offer_answer.h. Packets of a bridged leg are relayed to the other
// leg's Media without decoding when both sides agree on the codec (video and unknown codecs always), else decoded
// and encoded; playing, recording, echo and digit detection decode only while they are on. One per leg; both
// Media of a bridge live on one shard. RFC 3264, 3550, 4733.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "call/media/port_pool.h"
#include "io/port.h"
#include "sdp/offer_answer.h"

namespace audio {
class Source;
}

namespace call {

/// What a profile says about media.
struct MediaOptions {
  base::Ip local = base::Ip::v4(127, 0, 0, 1);        ///< rtp-ip
  base::Ip advertised = base::Ip::v4(127, 0, 0, 1);   ///< ext-rtp-ip, or the same
  std::vector<sdp::Codec> codecs;                     ///< inbound- or outbound-codec-prefs, or absolute_codec_string
  bool only_listed = false;                           ///< Not even the peer's codec of a bridge is taken over.
  sdp::Preference preference = sdp::Preference::generous;
  std::uint8_t telephone_event_payload_type = 101;
  bool auto_adjust = true;                            ///< Symmetric RTP: follow the peer's real address.
  base::Duration rtp_timeout = base::Duration{0};     ///< No packet that long: on_media_timeout. 0: never.
  base::Duration rtp_hold_timeout = base::Duration{0};
  base::Duration rtcp_interval = std::chrono::seconds{5};
};

/// One direction's account, for call records and the journal.
struct MediaFigures {
  std::string codec;                ///< "PCMU", empty before negotiation.
  std::uint32_t rate_hz = 0;
  base::Address local, remote;
  std::uint64_t packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0;
  std::uint64_t packets_lost = 0;   ///< Of what came in.
  std::uint64_t packets_refused = 0;  ///< From addresses that are not the peer's.
  std::uint64_t packets_concealed = 0;
  base::Duration jitter{};
  std::optional<base::Duration> round_trip;
  std::optional<double> peer_loss;  ///< 0..1, what the peer reports of what we send.
  double mos = 0;                   ///< 1..4.5, E-model; 0 without packets.
  std::uint32_t digits_in = 0, digits_out = 0;
};

class Media {
 public:
  class User {
   public:
    virtual ~User() = default;
    /// RFC 4733 (or in-band when asked for): once a digit.
    virtual void on_digit(char digit, std::chrono::milliseconds duration) = 0;
    /// No packet for rtp_timeout.
    virtual void on_media_timeout() = 0;
    /// Nothing has come for unheard_after although the call is up both ways; `expected`: from where it should have. Once
    /// for each silence.
    virtual void on_unheard(const std::optional<base::Address>& /*expected*/) {}
    /// What play() was given has been played to its end.
    virtual void on_played() = 0;
    /// A recording is over and its file complete: after stop_recording(), or by itself (limit, silence, or the file
    /// could not be written). Not called after close().
    virtual void on_recorded() = 0;
  };

  /// Hears what comes in, decoded: frames of about 20 ms, silence included while packets are missing.
  class Tap {
   public:
    virtual ~Tap() = default;
    virtual void on_frame(std::span<const std::int16_t> frame, std::uint32_t rate_hz) = 0;
  };

  enum class Refusal : std::uint8_t {
    no_ports,        ///< The port range is used up: 503.
    malformed,       ///< The peer's description does not parse: 400.
    not_acceptable,  ///< No codec in common, no audio: 488.
  };

  /// `random` of the shard; ports are taken at the first description.
  Media(io::Shard& shard, PortPool& ports, const MediaOptions& options, User& user);
  Media(const Media&) = delete;
  Media& operator=(const Media&) = delete;
  ~Media();

  // --- descriptions ------------------------------------------------------------------------------------------

  /// Replaces the codec list, before the description is made (codec_string). `exclusively` (absolute_codec_string): what
  /// the other leg of a bridge does is not taken either unless it is in the list.
  void set_codecs(std::vector<sdp::Codec> codecs, bool exclusively = false);
  /// The peer's offer, kept until it is answered (late negotiation). Only parse errors are told now.
  base::Result<void, Refusal> take_offer(std::string_view sdp);
  /// The answer to it. With `peer` (the other leg of a bridge) its codec is preferred, so that nothing is decoded,
  /// and its other streams (video) are passed on.
  base::Result<std::string, Refusal> make_answer(Media* peer);
  /// An offer; with `peer` its codecs come first, with its payload types, and its other streams are passed on.
  base::Result<std::string, Refusal> make_offer(Media* peer);
  base::Result<void, Refusal> take_answer(std::string_view sdp);
  /// The last local description again, for repeated provisionals; empty before there is one.
  const std::string& local_sdp() const;
  const std::string& remote_sdp() const;
  /// Both descriptions are there: audio may flow.
  bool negotiated() const;
  /// The call is up: from now on the peer should be heard, unless somebody is on hold.
  void expect_audio();
  static constexpr base::Duration unheard_after = std::chrono::milliseconds{2'500};
  bool has_offer() const;  ///< take_offer() was not answered yet.
  /// Our last offer has no answer yet.
  bool awaits_answer() const;
  /// It will not have one: what was agreed on before still holds.
  void drop_offer();
  /// The peer holds us (sendonly or inactive).
  bool held() const;
  /// What the peer said it does, in its words: sendonly when it holds us.
  sdp::Direction remote_direction() const;
  /// What our descriptions say from now on. False: they said that before.
  bool set_direction(sdp::Direction direction);
  /// "PCMU@8000h@20i" and so on: what the remote description listed (ep_codec_string).
  std::string remote_codecs() const;

  /// The peer is on this machine: it is told our own address instead of ext-rtp-ip.
  void set_local_only();

  // --- audio -------------------------------------------------------------------------------------------------

  /// From now on what comes in goes out at `other`, and the other way round. Ends with part() on either side, or
  /// with the death of either.
  void join(Media& other);
  void part();
  Media* joined() const;

  /// The rate at which audio is played and heard best: that of the agreed codec; 8000 before there is one.
  std::uint32_t sample_rate_hz() const;

  /// Sends `source`, opened at `rate_hz`, instead of silence (or of the other leg's audio) until it ends; then
  /// on_played. Replaces what plays, without on_played for that. Begins when media is negotiated. Where the agreed
  /// codec cannot be encoded it ends at once.
  void play(std::unique_ptr<audio::Source> source, std::uint32_t rate_hz = 8'000);
  /// No on_played follows.
  void stop_playing();
  bool playing() const;
  /// Of the present or last source, at its rate.
  std::uint64_t played_samples() const;

  struct RecordOptions {
    base::Duration limit = std::chrono::hours{24};
    std::uint32_t silence_threshold = 0;          ///< Mean absolute sample value; 0: silence does not end it.
    base::Duration silence_limit = std::chrono::seconds{3};
    bool append = false;
    std::uint32_t rate_hz = 8'000;
  };
  struct Recorded {
    std::uint64_t samples = 0;
    std::uint32_t rate_hz = 8'000;
    bool silence_exhausted = false;
    bool failed = false;
  };
  /// Writes what comes in to a file (wav, or by extension) until stop_recording() or until it ends by itself; either
  /// way on_recorded follows. Disk is never waited for. Ignored while recording.
  void record(const std::string& path, const RecordOptions& options);
  void stop_recording();
  /// Until the file is complete.
  bool recording() const;
  /// Figures of the present or last recording.
  Recorded recorded() const;

  /// Sends back what comes in, `delay` later, until stop_echo().
  void echo(base::Duration delay);
  void stop_echo();

  /// RFC 4733, or tones when the peer has not agreed to that; "w" pauses 500 ms, "W" one second. Queued behind what is
  /// being sent. Before media is negotiated it waits.
  void send_digits(std::string_view digits, std::chrono::milliseconds duration);

  void flush_digits();
  /// Hears digits in the sound too (start_dtmf), for peers that send no events.
  void detect_tones(bool on);

  /// From the first packet on; null ends it. The tap may end it from inside.
  void set_tap(Tap* tap);

  MediaFigures figures() const;
  base::Address local_rtp() const;
  /// Frees the ports. Idempotent; figures stay.
  void close();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace call
