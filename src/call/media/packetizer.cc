#include "call/media/packetizer.h"

namespace call {

namespace {
std::uint32_t in(std::chrono::milliseconds time, std::uint32_t rate_hz) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(time.count()) * rate_hz / 1'000);
}
}  // namespace

Packetizer::Packetizer(const codec::Info& codec, std::chrono::milliseconds ptime)
    : codec_{codec}, encoder_{codec.create()}, samples_{in(ptime, codec.sample_rate)},
      units_{in(ptime, codec.clock_rate)} {}

void Packetizer::put(std::span<const std::int16_t> samples, std::uint32_t rate_hz) {
  if (rate_hz == codec_.sample_rate) {
    waiting_.insert(waiting_.end(), samples.begin(), samples.end());
    return;
  }
  if (from_hz_ != rate_hz) resampler_.emplace(from_hz_ = rate_hz, codec_.sample_rate);
  resampler_->push(samples, waiting_);
}

std::optional<base::Bytes> Packetizer::take() {
  if (waiting_.size() < samples_) return std::nullopt;
  payload_.clear();
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(samples_);
  if (codec_.channels == 1) {
    encoder_->encode(std::span{waiting_}.first(samples_), payload_);
  } else {
    frame_.clear();
    for (auto it = waiting_.begin(); it != end; ++it) frame_.insert(frame_.end(), codec_.channels, *it);
    encoder_->encode(frame_, payload_);
  }
  waiting_.erase(waiting_.begin(), end);
  return payload_;
}

}  // namespace call
