// call/media/listen.cc - what we hear: decoding, only while a recording, a detector or another codec needs it.
#include "call/media/parts.h"

namespace call {

bool Media::Parts::has_to_listen() const {
  return (joined && transcodes_) || (recorder && !recorder->finished()) || detect_tones_ || tap;
}

void Media::Parts::hear(const rtp::Packet& packet, bool is_audio) {
  if (!is_audio) return playout_->pass_over(packet.sequence);
  const auto* agreed = audio_->by_receive_payload_type(packet.payload_type);
  const auto* info = agreed ? codec::find(agreed->encoding, agreed->clock_rate, agreed->channels) : nullptr;
  if (!info) return;
  if (!playout_ || &playout_->codec() != info) {
    if (playout_) concealed_ += playout_->concealed();
    playout_ = std::make_unique<Playout>(*info, info->ptime);
  }
  const auto now = shard.now();
  playout_->put(packet, now);
  if (next_listen_ != base::never) return;
  next_listen_ = now;
  schedule();
}

void Media::Parts::on_listen_tick(base::Time now) {
  if (now < next_listen_) return;
  if (!has_to_listen()) {
    next_listen_ = base::never;
    if (playout_) concealed_ += playout_->concealed();
    playout_.reset();
    return;
  }
  // A recording runs by the clock, whether anything comes or not.
  constexpr base::Duration idle_frame = std::chrono::milliseconds{20};
  for (int i = 0; i < ticks_behind_max && next_listen_ <= now && !closed_; ++i) {
    const auto rate_hz = playout_ ? playout_->rate_hz() : sample_rate_hz();
    static thread_local std::vector<std::int16_t> silence;
    silence.assign(rate_hz / 50, 0);
    const auto frame = playout_ ? playout_->take(next_listen_) : std::span<const std::int16_t>{silence};
    next_listen_ += playout_ ? playout_->frame() : idle_frame;
    if (joined && transcodes_ && joined->takes_from_other_leg()) joined->say(frame, rate_hz, Talker::other_leg);
    if (recorder) recorder->put(frame, rate_hz);
    if (tap) tap->on_frame(frame, rate_hz);
    if (!detect_tones_) continue;
    if (!detector_) detector_ = std::make_unique<audio::DtmfDetector>(rate_hz);
    detector_->put(frame);
    for (const auto& digit : detector_->take()) report_digit(digit.digit, digit.duration);
  }
  if (next_listen_ <= now) next_listen_ = now + idle_frame;
}

void Media::Parts::detect_tones(bool on) {
  detect_tones_ = on;
  if (!on) detector_.reset();
}

void Media::Parts::record(const std::string& path, const RecordOptions& wanted) {
  if (recorder || closed_) return;
  Recorder::Options to;
  to.file = {path, wanted.rate_hz, wanted.append};
  to.limit = wanted.limit;
  to.silence_threshold = wanted.silence_threshold;
  to.silence_limit = wanted.silence_limit;
  last_recording = {.rate_hz = wanted.rate_hz};
  recorder = std::make_unique<Recorder>(shard, std::move(to), [this](bool failed) { recorded(failed); });
  if (next_listen_ == base::never) next_listen_ = shard.now();
  schedule();
}

Media::Recorded Media::Parts::recorded_so_far() const {
  if (!recorder) return last_recording;
  return {recorder->samples(), recorder->rate_hz(), recorder->silence_exhausted(), false};
}

void Media::Parts::recorded(bool failed) {
  last_recording = recorded_so_far();
  last_recording.failed = failed;
  recorder.reset();
  user_.on_recorded();
}

}  // namespace call
