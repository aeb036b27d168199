// call/media/parts.cc - descriptions turned into streams: ports, sessions, the other leg.
#include "call/media/parts.h"

namespace call {

namespace {

/// NTP time (32.32, since 1900) of base::Time{}.
std::uint64_t ntp_at_zero(const io::Shard& shard) {
  constexpr std::uint64_t seconds_1900_to_1970 = 2'208'988'800;
  const auto micros = static_cast<std::uint64_t>((shard.wall_clock() - shard.now().time_since_epoch()).count());
  return ((micros / 1'000'000 + seconds_1900_to_1970) << 32) + ((micros % 1'000'000) << 32) / 1'000'000;
}

}  // namespace

Media::Parts::Parts(io::Shard& s, PortPool& p, const MediaOptions& o, Media::User& user)
    : shard{s}, pool{p}, options{o}, negotiation{options, s.random()}, user_{user}, timer_{[this] { on_time(); }} {
  routes_.fill(no_route);
}

Media::Parts::~Parts() { close(); }

bool Media::Parts::ensure_port() {
  if (!transport && !closed_)
    transport.reset(new Transport{shard, pool, options.local, options.auto_adjust, Transport::Content::rtp, *this});
  if (transport && transport->open()) return true;
  if (!closed_) transport.reset();
  return false;
}

base::Address Media::Parts::extra_port(std::size_t index) {
  for (const auto& extra : extras_)
    if (extra->index() == index) return {options.advertised, extra->transport().local().port};
  if (extras_.size() == extra_streams_max) return {};
  auto extra = std::make_unique<ExtraStream>(shard, pool, options.local, options.auto_adjust, index);
  if (!extra->transport().open()) return {};
  extras_.push_back(std::move(extra));
  return {options.advertised, extras_.back()->transport().local().port};
}

void Media::Parts::apply() {
  audio_ = negotiation.audio();
  const auto now = shard.now();
  const auto clock_hz = audio_->codecs.front().clock_rate;
  if (!session_) {
    session_ = std::make_unique<rtp::Session>(
        rtp::Session::Config{.clock_hz = clock_hz,
                             .cname = shard.random().hex(14),  // RFC 7022: nothing about us
                             .rtcp_interval = options.rtcp_interval,
                             .ntp_at_zero = ntp_at_zero(shard)},
        shard.random(), now);
  } else {
    session_->sender().set_clock(clock_hz);
    session_->receiver().set_clock(clock_hz);
  }
  transport->expect(audio_->remote_rtp, audio_->remote_rtcp, audio_->rtcp_mux);
  for (const auto& agreed : negotiation.agreement())
    for (const auto& extra : extras_)
      if (extra->index() == agreed.index && !agreed.rejected)
        extra->transport().expect(agreed.remote_rtp, agreed.remote_rtcp, agreed.rtcp_mux);
  silent_since_ = now;
  silence_reported_ = false;
  choose_encoder();
  make_routes();
  if (joined) {
    joined->make_routes();
    link_extras(*joined);
  }
  say_waiting_digits();
  if (next_talk_ == base::never && has_to_talk()) next_talk_ = now;
  schedule();
}

void Media::Parts::choose_encoder() {
  const codec::Info* found = nullptr;
  for (const auto& codec : audio_->codecs) {
    found = codec::find(codec.encoding, codec.clock_rate, codec.channels);
    encoder_payload_type_ = codec.send_payload_type;
    if (found) break;
  }
  const auto units = found ? static_cast<std::uint32_t>(audio_->ptime.count()) * found->clock_rate / 1'000 : 0;
  if (found != encoder_ || (packetizer_ && packetizer_->units() != units)) packetizer_.reset();
  encoder_ = found;
}

void Media::Parts::link_extras(Parts& other) {
  for (const auto& ours : extras_)
    for (const auto& theirs : other.extras_)
      if (ours->index() == theirs->index()) ours->join(*theirs);
}

void Media::Parts::join(Parts& other) {
  joined = &other;
  other.joined = this;
  link_extras(other);
  for (auto* side : {this, &other}) {
    side->make_routes();
    if (side->session_) side->session_->sender().cut();
  }
}

void Media::Parts::part() {
  auto* other = std::exchange(joined, nullptr);
  if (!other) return;
  other->joined = nullptr;
  for (const auto& extra : extras_) extra->part();
  for (auto* side : {this, other}) {
    side->make_routes();
    if (side->session_) side->session_->sender().cut();
  }
}

void Media::Parts::close() {
  if (std::exchange(closed_, true)) return;
  part();
  source.reset();
  tones.reset();
  events_out.reset();
  echo.reset();
  if (recorder) last_recording = recorded_so_far();
  recorder.reset();
  if (playout_) concealed_ += playout_->concealed();
  playout_.reset();
  packetizer_.reset();
  timer_.stop();
  if (session_) {
    session_->close(shard.now());
    drain_session();
  }
  if (transport) transport->close();
  for (const auto& extra : extras_) extra->transport().close();
}

std::uint32_t Media::Parts::sample_rate_hz() const { return encoder_ ? encoder_->sample_rate : 8'000; }

MediaFigures Media::Parts::figures() const {
  MediaFigures out;
  if (transport) {
    out.local = transport->local();
    out.remote = transport->remote().value_or(base::Address{});
    out.packets_refused = transport->refused();
  }
  out.digits_in = digits_in_;
  out.digits_out = digits_out_;
  out.packets_concealed = concealed_ + (playout_ ? playout_->concealed() : 0);
  if (!session_) return out;
  if (audio_ && !audio_->codecs.empty()) {
    out.codec = audio_->codecs.front().encoding;
    out.rate_hz = audio_->codecs.front().clock_rate;
  }
  const auto stats = session_->receiver().stats();
  out.packets_in = stats.packets;
  out.bytes_in = stats.octets;
  out.packets_out = session_->sender().packets();
  out.bytes_out = session_->sender().octets();
  out.packets_lost = stats.lost > 0 ? static_cast<std::uint64_t>(stats.lost) : 0;
  out.jitter = session_->receiver().jitter();
  out.round_trip = session_->round_trip();
  if (const auto& report = session_->peer_report()) out.peer_loss = report->fraction_lost / 256.0;
  if (stats.packets > 0) out.mos = session_->quality().mos;
  return out;
}

}  // namespace call
