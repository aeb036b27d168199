#include "call/ringback.h"

#include "audio/source.h"
#include "call/switch.h"

namespace call {

namespace {

constexpr std::uint32_t ringback_rate_hz = 8'000;

}  // namespace

std::string endless_source(std::string_view sound) {
  const bool tones = sound.starts_with('%') || sound.starts_with("v=");
  if (tones) return "tone_stream://" + std::string{sound} + ";loops=-1";
  if (base::same(sound, "silence")) return "silence_stream://-1";
  return "{loops=-1}" + std::string{sound};
}

Ringback::Ringback(Leg* caller) : caller_{caller} {
  if (!caller_) return;
  const bool wants_at_once = caller_->variables().is_true("instant_ringback") || caller_->answered();
  if (wants_at_once) play();
}

Ringback::~Ringback() {
  if (playing_ && caller_->alive()) caller_->media().stop_playing();
}

void Ringback::ringing() {
  if (!caller_ || std::exchange(told_, true)) return;
  if (!caller_->variable("ringback").empty() && !caller_->answered()) return play();
  caller_->ring_ready();
}

void Ringback::play() {
  if (playing_ || caller_->bypasses_media()) return;
  const auto wanted = caller_->answered() ? caller_->variable("transfer_ringback") : caller_->variable("ringback");
  if (wanted.empty()) return;
  auto source = audio::open_source(endless_source(wanted), ringback_rate_hz, caller_->shard().random());
  if (!source) {
    caller_->log().warn("call", "ringback '{}' cannot be played", wanted);
    return;
  }
  if (!caller_->pre_answer()) return;
  caller_->media().play(std::move(*source));
  playing_ = true;
}

}  // namespace call
