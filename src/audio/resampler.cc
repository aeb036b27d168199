// audio/resampler.cc - the only file that knows libspeexdsp's resampler.
#include "audio/resampler.h"

#include <speex/speex_resampler.h>

#include <algorithm>

#include "base/require.h"

namespace audio {

void Resampler::Destroy::operator()(SpeexResamplerState_* state) const { speex_resampler_destroy(state); }

Resampler::Resampler(std::uint32_t from_hz, std::uint32_t to_hz, int quality) : from_hz_{from_hz}, to_hz_{to_hz} {
  base::require(from_hz > 0 && to_hz > 0, "a sample rate is zero");
  if (from_hz == to_hz) return;
  int error = 0;
  state_.reset(speex_resampler_init(1, from_hz, to_hz, std::clamp(quality, 0, 10), &error));
  base::require(state_ != nullptr && error == RESAMPLER_ERR_SUCCESS, "the resampler does not start");
  speex_resampler_skip_zeros(state_.get());  // No delay at the start; flush() gives the end.
}

void Resampler::push(std::span<const std::int16_t> in, std::vector<std::int16_t>& out) {
  if (!state_) {
    out.insert(out.end(), in.begin(), in.end());
    return;
  }
  while (!in.empty()) {
    const auto room = in.size() * to_hz_ / from_hz_ + 64;
    const auto start = out.size();
    out.resize(start + room);
    auto taken = static_cast<spx_uint32_t>(in.size());
    auto made = static_cast<spx_uint32_t>(room);
    speex_resampler_process_int(state_.get(), 0, in.data(), &taken, out.data() + start, &made);
    out.resize(start + made);
    if (taken == 0 && made == 0) return;
    in = in.subspan(taken);
  }
}

void Resampler::flush(std::vector<std::int16_t>& out) {
  if (!state_) return;
  const std::vector<std::int16_t> zeros(static_cast<std::size_t>(speex_resampler_get_input_latency(state_.get())));
  push(zeros, out);
}

}  // namespace audio
