// call/media/media.cc - the public face: each call goes to the part it concerns.
#include "call/media/media.h"

#include "call/media/parts.h"

namespace call {

Media::Media(io::Shard& shard, PortPool& ports, const MediaOptions& options, User& user)
    : parts_{std::make_unique<Parts>(shard, ports, options, user)} {
  parts_->owner = this;
}

Media::~Media() = default;

void Media::set_codecs(std::vector<sdp::Codec> codecs, bool exclusively) {
  parts_->options.codecs = std::move(codecs);
  parts_->options.only_listed = exclusively;
}

base::Result<void, Media::Refusal> Media::take_offer(std::string_view sdp) {
  return parts_->negotiation.take_offer(sdp);
}

base::Result<std::string, Media::Refusal> Media::make_answer(Media* peer) {
  if (!parts_->ensure_port()) return base::Unexpected<Refusal>{Refusal::no_ports};
  const auto made = parts_->negotiation.make_answer(parts_->transport->local(),
                                                    peer ? &peer->parts_->negotiation : nullptr,
                                                    [this](std::size_t i) { return parts_->extra_port(i); });
  if (!made) return base::Unexpected<Refusal>{made.error()};
  parts_->apply();
  return local_sdp();
}

base::Result<std::string, Media::Refusal> Media::make_offer(Media* peer) {
  if (!parts_->ensure_port()) return base::Unexpected<Refusal>{Refusal::no_ports};
  parts_->negotiation.make_offer(parts_->transport->local(), peer ? &peer->parts_->negotiation : nullptr,
                                 [this](std::size_t i) { return parts_->extra_port(i); });
  return local_sdp();
}

base::Result<void, Media::Refusal> Media::take_answer(std::string_view sdp) {
  if (const auto taken = parts_->negotiation.take_answer(sdp); !taken) return taken;
  parts_->apply();
  return {};
}

const std::string& Media::local_sdp() const { return parts_->negotiation.local_text(); }
const std::string& Media::remote_sdp() const { return parts_->negotiation.remote_text(); }
bool Media::negotiated() const { return parts_->negotiated(); }
bool Media::has_offer() const { return parts_->negotiation.has_offer(); }
bool Media::awaits_answer() const { return parts_->negotiation.awaits_answer(); }
void Media::drop_offer() { parts_->negotiation.drop_offer(); }
void Media::expect_audio() { parts_->expect_audio(); }
sdp::Direction Media::remote_direction() const { return parts_->negotiation.remote_direction(); }
bool Media::set_direction(sdp::Direction direction) { return parts_->negotiation.set_direction(direction); }
void Media::set_local_only() { parts_->options.advertised = parts_->options.local; }
std::string Media::remote_codecs() const { return parts_->negotiation.remote_codecs(); }

bool Media::held() const {
  const auto* audio = parts_->negotiation.audio();
  return audio && audio->held_by_peer;
}

void Media::join(Media& other) {
  part();
  other.part();
  parts_->join(*other.parts_);
}

void Media::part() { parts_->part(); }
Media* Media::joined() const { return parts_->joined ? parts_->joined->owner : nullptr; }

std::uint32_t Media::sample_rate_hz() const { return parts_->sample_rate_hz(); }

void Media::play(std::unique_ptr<audio::Source> source, std::uint32_t rate_hz) {
  parts_->play(std::move(source), rate_hz);
}

void Media::stop_playing() { parts_->play(nullptr, 0); }
bool Media::playing() const { return parts_->source != nullptr; }
std::uint64_t Media::played_samples() const { return parts_->played_samples; }

void Media::record(const std::string& path, const RecordOptions& options) { parts_->record(path, options); }

void Media::stop_recording() {
  if (parts_->recorder) parts_->recorder->finish();
}

bool Media::recording() const { return parts_->recording(); }
Media::Recorded Media::recorded() const { return parts_->recorded_so_far(); }

void Media::echo(base::Duration delay) { parts_->start_echo(delay); }
void Media::stop_echo() { parts_->echo.reset(); }

void Media::send_digits(std::string_view digits, std::chrono::milliseconds duration) {
  parts_->send_digits(digits, duration);
}

void Media::flush_digits() { parts_->flush_digits(); }
void Media::detect_tones(bool on) { parts_->detect_tones(on); }
void Media::set_tap(Tap* tap) { parts_->tap = tap; }
MediaFigures Media::figures() const { return parts_->figures(); }
base::Address Media::local_rtp() const { return parts_->transport ? parts_->transport->local() : base::Address{}; }
void Media::close() { parts_->close(); }

}  // namespace call
