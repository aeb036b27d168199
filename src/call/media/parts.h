// call/media/parts.h - what a Media is made of: a holder of parts, and the clock they share. Private to media.
//
//   in   Transport -> Session (statistics) -> events, relay to the other leg, echo, Playout (only while needed)
//   out  digits, else echo, else what plays, else the other leg -> Sender (numbers) -> Transport
#pragma once
#include "audio/dtmf.h"
#include "audio/source.h"
#include "call/media/echo.h"
#include "call/media/extra_stream.h"
#include "call/media/negotiation.h"
#include "call/media/packetizer.h"
#include "call/media/playout.h"
#include "call/media/recorder.h"
#include "rtp/session.h"
#include "rtp/telephone_event.h"

namespace call {

/// Streams beside the audio one; more are refused.
inline constexpr std::size_t extra_streams_max = 4;
/// Steps of the clock made up for at once; after a longer stop time is left out.
inline constexpr int ticks_behind_max = 10;

class Media::Parts : Transport::User {
 public:
  Parts(io::Shard& shard, PortPool& ports, const MediaOptions& options, Media::User& user);
  ~Parts() override;

  // --- parts.cc: descriptions turned into streams ------------------------------------------------------------
  bool ensure_port();
  base::Address extra_port(std::size_t index);
  /// After every agreement.
  void apply();
  void join(Parts& other);
  void part();
  void close();
  bool negotiated() const { return session_ != nullptr; }
  void expect_audio();
  bool may_send() const { return transport && transport->open() && audio_ && sdp::sends(audio_->direction); }
  std::uint32_t sample_rate_hz() const;
  MediaFigures figures() const;

  // --- stream.cc: packets ------------------------------------------------------------------------------------
  void start_echo(base::Duration delay);

  // --- talk.cc: what we say ----------------------------------------------------------------------------------
  void play(std::unique_ptr<audio::Source> source, std::uint32_t rate_hz);
  void send_digits(std::string_view digits, base::Duration duration);
  void flush_digits();

  // --- listen.cc: what we hear -------------------------------------------------------------------------------
  void record(const std::string& path, const RecordOptions& options);
  void detect_tones(bool on);
  bool recording() const { return recorder != nullptr; }
  Recorded recorded_so_far() const;

  // --- clock.cc ----------------------------------------------------------------------------------------------
  /// Looks at all deadlines again: after anything that may have made one earlier.
  void schedule();

  io::Shard& shard;
  PortPool& pool;
  MediaOptions options;
  Negotiation negotiation;
  Parts* joined = nullptr;
  Media* owner = nullptr;
  std::unique_ptr<Transport> transport;

  std::unique_ptr<audio::Source> source;
  std::uint64_t played_samples = 0;
  std::unique_ptr<Echo> echo;
  std::unique_ptr<Recorder> recorder;
  Recorded last_recording;
  Tap* tap = nullptr;
  std::unique_ptr<rtp::EventSender> events_out;
  std::unique_ptr<audio::Source> tones;  // a digit for a peer without events

 private:
  /// What a payload number of the peer becomes at the other leg.
  static constexpr std::uint8_t no_route = 0xff;
  using Routes = std::array<std::uint8_t, 128>;
  enum class Talker : std::uint8_t { nobody, tones, source, other_leg };

  // parts.cc
  void choose_encoder();
  void link_extras(Parts& other);

  // stream.cc
  void on_rtp(const rtp::Packet& packet, std::string_view datagram) override;
  void on_rtcp(std::string_view datagram) override;
  void make_routes();
  void on_event(const rtp::Packet& packet, rtp::Receiver::Verdict verdict);
  void report_digits();
  void report_digit(char digit, base::Duration duration);
  void relay(const rtp::Packet& packet, std::string_view datagram, Parts& to, std::uint8_t payload_type, bool is_event);
  bool takes_from_other_leg() const;
  void send_renumbered(const rtp::Packet& packet, std::string_view datagram, std::uint8_t payload_type,
                       std::uint32_t units);
  void send_echo(std::string_view datagram);
  void drain_session();
  void send_packet(std::span<const std::uint8_t> packet);
  std::uint32_t packet_units() const;

  // talk.cc
  void on_talk_tick(base::Time now);
  bool talk_digits();
  void say_waiting_digits();
  void next_tone();
  bool has_to_talk() const;
  void talk_from(audio::Source& from, std::uint32_t rate_hz, Talker talker);
  void end_playing();
  void say(std::span<const std::int16_t> frame, std::uint32_t rate_hz, Talker talker);

  // listen.cc
  bool has_to_listen() const;
  void hear(const rtp::Packet& packet, bool is_audio);
  void on_listen_tick(base::Time now);
  void recorded(bool failed);

  // clock.cc
  void on_time();
  base::Time silence_deadline() const;
  base::Time unheard_deadline() const;
  void check_silence(base::Time now);

  Media::User& user_;
  bool closed_ = false;

  const sdp::MediaAgreement* audio_ = nullptr;
  std::unique_ptr<rtp::Session> session_;  // from the first agreement on: a bypassed call has none
  Routes routes_;
  bool transcodes_ = false;  // the other leg has no name for what comes in
  std::vector<std::unique_ptr<ExtraStream>> extras_;

  const codec::Info* encoder_ = nullptr;
  std::uint8_t encoder_payload_type_ = 0;
  std::unique_ptr<Packetizer> packetizer_;
  Talker talker_ = Talker::nobody;
  std::uint32_t source_hz_ = 8'000;
  bool sending_event_ = false;
  struct WaitingDigit {
    char digit;
    base::Duration duration;
  };
  std::vector<WaitingDigit> waiting_digits_;  // for negotiation, or for the tone before
  std::uint32_t digits_in_ = 0, digits_out_ = 0;

  std::unique_ptr<Playout> playout_;
  std::uint64_t concealed_ = 0;  // of playouts that are gone
  std::unique_ptr<audio::DtmfDetector> detector_;
  bool detect_tones_ = false;
  std::unique_ptr<rtp::EventReceiver> events_in_;

  base::Time next_talk_ = base::never;
  base::Time next_listen_ = base::never;
  base::Time silent_since_{};  // or when the peer went on hold
  bool silence_reported_ = false;
  bool audio_expected_ = false, unheard_reported_ = false;
  base::Time expected_since_{};
  io::Timer timer_;
};

}  // namespace call
