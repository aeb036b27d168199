#include "phone/ear.h"

#include <algorithm>

#include "audio/align.h"
#include "audio/resampler.h"

namespace phone {

namespace {
std::size_t samples_in(base::Duration time, std::uint32_t rate_hz) {
  return static_cast<std::size_t>(time.count() / 1'000) * rate_hz / 1'000;
}
}  // namespace

std::unique_ptr<audio::Source> Ear::remember(std::unique_ptr<audio::Source> source, std::uint32_t rate_hz) {
  class Remembering final : public audio::Source {
   public:
    Remembering(std::unique_ptr<audio::Source> inner, std::shared_ptr<Said> said, io::Shard& shard)
        : inner_{std::move(inner)}, said_{std::move(said)}, shard_{shard} {}
    std::size_t read(std::span<std::int16_t> frame) override {
      const auto n = inner_->read(frame);
      auto& samples = said_->samples;
      if (samples.empty()) said_->began = shard_.now();
      if (samples.size() < samples_in(compared_max, said_->rate_hz)) samples.insert(samples.end(), frame.begin(), frame.end());
      return n;
    }

   private:
    std::unique_ptr<audio::Source> inner_;
    std::shared_ptr<Said> said_;
    io::Shard& shard_;
  };
  said_ = std::make_shared<Said>();
  said_->rate_hz = rate_hz;
  return std::make_unique<Remembering>(std::move(source), said_, shard_);
}

void Ear::on_frame(std::span<const std::int16_t> frame, std::uint32_t rate_hz) {
  if (!heard_) {
    heard_.emplace(rate_hz);
    heard_hz_ = rate_hz;
    heard_from_ = shard_.now();
  }
  if (rate_hz == heard_hz_) heard_->put(frame);
}

std::span<const std::int16_t> Ear::heard() const {
  return heard_ ? heard_->samples() : std::span<const std::int16_t>{};
}

std::optional<base::Duration> Ear::echo_delay() const {
  if (!said_ || said_->rate_hz != heard_hz_) return std::nullopt;
  const auto most = samples_in(compared_max, heard_hz_);
  const auto heard = heard_->samples().first(std::min(heard_->samples().size(), most));
  const auto lag_max = std::min(samples_in(echo_delay_max, heard_hz_), std::min(heard.size(), said_->samples.size()) / 2);
  if (lag_max == 0) return std::nullopt;
  const auto found = audio::align(said_->samples, heard, lag_max);
  if (found.correlation < echo_correlation_min) return std::nullopt;
  const auto lag = base::Duration{found.lag_samples * 1'000'000 / static_cast<std::ptrdiff_t>(heard_hz_)};
  const auto delay = heard_from_ - said_->began + lag;
  return delay >= base::Duration{0} ? std::optional{delay} : std::nullopt;
}

void Ear::judge(Verdict& verdict) const {
  constexpr std::size_t tones_max = 4;
  constexpr double part_of_a_pair = 0.3;
  constexpr double share_min = 0.02;  // Less is noise.
  verdict.level_dbm0 = audio::silence_dbfs;
  if (!heard_ || heard_->samples().empty()) return;
  verdict.heard_seconds = static_cast<double>(heard_->samples().size()) / heard_hz_;
  verdict.level_dbm0 = heard_->level_dbm0();
  for (const double hz : heard_->dominant(tones_max))
    if (const double share = heard_->share(hz, part_of_a_pair); share >= share_min) verdict.tones.push_back({hz, share});
  verdict.echo_delay = echo_delay();
}

}  // namespace phone
