#include "call/media/playout.h"

#include <algorithm>

#include "base/require.h"

namespace call {

namespace {

/// Room for the longest packet of the codec, within what a jitter buffer takes.
std::uint16_t payload_max(const codec::Info& codec) {
  const auto bytes = static_cast<std::uint64_t>(codec.bits_per_second) / 8 *
                     static_cast<std::uint64_t>(Playout::frame_max.count()) / 1'000'000;
  return static_cast<std::uint16_t>(std::clamp<std::uint64_t>(bytes, 160, 1'460));
}

}  // namespace

Playout::Playout(const codec::Info& codec, base::Duration frame)
    : codec_{codec}, decoder_{codec.create()}, concealer_{codec.sample_rate} {
  begin(frame);
}

void Playout::begin(base::Duration frame) {
  if (buffer_) concealed_before_ += buffer_->stats().concealed;
  frame_ = frame;
  rtp::JitterBuffer::Config config;
  config.clock_hz = codec_.clock_rate;
  config.frame = frame;
  config.capacity = packets_max;
  config.payload_max = payload_max(codec_);
  auto created = rtp::JitterBuffer::create(config);
  base::require(created.has_value(), "the jitter buffer refuses its own settings");
  buffer_.emplace(std::move(*created));
}

void Playout::put(const rtp::Packet& packet, base::Time now) {
  const auto samples = decoder_->samples_in(packet.payload) / codec_.channels;
  const base::Duration lasts{static_cast<std::int64_t>(samples) * 1'000'000 / codec_.sample_rate};
  // Two in a row: the last packet of a talk spurt may be a short one.
  if (lasts != frame_ && lasts == seen_ && lasts >= frame_min && lasts <= frame_max) begin(lasts);
  seen_ = lasts;
  buffer_->put(packet, now);
}

void Playout::decode(base::Bytes payload) {
  decoder_->decode(payload, samples_);
  const std::size_t channels = codec_.channels;
  if (channels < 2) return;
  const auto frames = samples_.size() / channels;
  for (std::size_t i = 0; i < frames; ++i) {
    std::int32_t sum = 0;
    for (std::size_t c = 0; c < channels; ++c) sum += samples_[i * channels + c];
    samples_[i] = static_cast<std::int16_t>(sum / static_cast<std::int32_t>(channels));
  }
  samples_.resize(frames);
}

std::span<const std::int16_t> Playout::take(base::Time now) {
  samples_.clear();
  if (const auto packet = buffer_->take(now)) {
    decode(packet->payload);
    concealer_.on_frame(samples_);
    return samples_;
  }
  samples_.assign(static_cast<std::size_t>(frame_.count()) * codec_.sample_rate / 1'000'000, 0);
  if (!buffer_->is_silent()) concealer_.conceal(samples_);
  return samples_;
}

}  // namespace call
