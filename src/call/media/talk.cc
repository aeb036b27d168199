// call/media/talk.cc - what we say ourselves: sources, digits, and the other leg's audio in another codec.
#include "audio/tones.h"
#include "base/log.h"
#include "call/media/parts.h"

namespace call {

void Media::Parts::play(std::unique_ptr<audio::Source> what, std::uint32_t rate_hz) {
  if (closed_) return;
  source = std::move(what);
  if (!source) return;
  source_hz_ = rate_hz;
  played_samples = 0;
  if (next_talk_ == base::never && session_) next_talk_ = shard.now();
  schedule();
}

void Media::Parts::send_digits(std::string_view digits, base::Duration duration) {
  if (closed_) return;
  for (const char digit : digits)
    if (waiting_digits_.size() < rtp::EventSender::max_queue) waiting_digits_.push_back({digit, duration});
  if (session_) say_waiting_digits();
  schedule();
}

/// Once it is known how the peer wants its digits.
void Media::Parts::say_waiting_digits() {
  if (waiting_digits_.empty()) return;
  if (audio_->telephone_event) {
    if (!events_out) events_out = std::make_unique<rtp::EventSender>(audio_->telephone_event->clock_rate, audio_->ptime);
    for (const auto& [digit, duration] : std::exchange(waiting_digits_, {}))
      if (events_out->queue(digit, duration) && digit != 'w' && digit != 'W') ++digits_out_;
  } else if (!encoder_) {
    waiting_digits_.clear();
  } else if (!tones) {
    next_tone();
  }
  if (next_talk_ == base::never) next_talk_ = shard.now();
}

/// The next digit as a sound, or a pause.
void Media::Parts::next_tone() {
  tones.reset();
  if (waiting_digits_.empty() || !encoder_) return;
  const auto [digit, duration] = waiting_digits_.front();
  waiting_digits_.erase(waiting_digits_.begin());
  if (digit == 'w' || digit == 'W') {
    tones = audio::silence(digit == 'w' ? 500 : 1'000, 0, encoder_->sample_rate, shard.random());
    return;
  }
  ++digits_out_;
  tones = std::make_unique<audio::Tones>(
      audio::dtmf_script({&digit, 1}, static_cast<double>(duration.count()) / 1'000), encoder_->sample_rate);
}

void Media::Parts::flush_digits() {
  waiting_digits_.clear();
  if (events_out) events_out->clear();
  tones.reset();
}

bool Media::Parts::has_to_talk() const { return source || tones || (events_out && events_out->busy()); }

void Media::Parts::on_talk_tick(base::Time now) {
  if (now < next_talk_) return;
  const base::Duration step = audio_->ptime;
  for (int i = 0; i < ticks_behind_max && next_talk_ <= now && !closed_; ++i) {
    next_talk_ += step;
    const bool digit = talk_digits();
    if (!digit && tones) talk_from(*tones, encoder_ ? encoder_->sample_rate : 8'000, Talker::tones);
    else if (!digit && source) talk_from(*source, source_hz_, Talker::source);
    if (!has_to_talk()) {
      next_talk_ = base::never;
      return;
    }
  }
  if (next_talk_ <= now) next_talk_ = now + step;
}

/// One step of what the event sender has to say. False: it had nothing to send.
bool Media::Parts::talk_digits() {
  const bool was_sending = std::exchange(sending_event_, false);
  if (!events_out || !events_out->busy()) return false;
  auto& sender = session_->sender();
  if (!was_sending) sender.catch_up(shard.now());
  const auto event = events_out->next(sender.timestamp());
  if (!event) return false;
  sending_event_ = true;
  talker_ = Talker::nobody;
  if (may_send() && audio_->telephone_event) {
    std::vector<std::uint8_t> packet;
    const auto bytes = event->event.bytes();
    sender.build_at(audio_->telephone_event->send_payload_type, bytes, event->timestamp, event->marker, shard.now(), packet);
    send_packet(packet);
  }
  sender.skip(packet_units());
  return true;
}

void Media::Parts::talk_from(audio::Source& from, std::uint32_t rate_hz, Talker talker) {
  const auto size = static_cast<std::size_t>(audio_->ptime.count()) * rate_hz / 1'000;
  if (!encoder_) {
    base::log::notice("media", "{} cannot be encoded: nothing is played", audio_->codecs.front().encoding);
    return talker == Talker::source ? end_playing() : next_tone();
  }
  static thread_local std::vector<std::int16_t> frame;
  frame.assign(size, 0);
  const auto read = from.read(frame);
  if (read > 0) say(frame, rate_hz, talker);
  if (talker == Talker::source) played_samples += read;
  if (read == size) return;
  if (talker == Talker::source) end_playing();
  else next_tone();
}

void Media::Parts::end_playing() {
  source.reset();
  user_.on_played();
}

/// Encodes and sends; the first words of a talker follow what was sent before in media time.
void Media::Parts::say(std::span<const std::int16_t> frame, std::uint32_t rate_hz, Talker talker) {
  if (!may_send() || !encoder_) return;
  auto& sender = session_->sender();
  if (!packetizer_) packetizer_ = std::make_unique<Packetizer>(*encoder_, audio_->ptime);
  if (talker_ != talker) {
    talker_ = talker;
    packetizer_->clear();
    sender.catch_up(shard.now());
    sender.begin_talk_spurt();
  }
  packetizer_->put(frame, rate_hz);
  static thread_local std::vector<std::uint8_t> packet;
  while (const auto payload = packetizer_->take()) {
    packet.clear();
    sender.build(encoder_payload_type_, *payload, packetizer_->units(), shard.now(), packet);
    send_packet(packet);
  }
}

}  // namespace call
