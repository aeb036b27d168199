// phone/ear.h - remembers what was said and what was heard, and judges it.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "audio/source.h"
#include "audio/tone_meter.h"
#include "call/media/media.h"
#include "phone/verdict.h"

namespace phone {

class Ear : public call::Media::Tap {
 public:
  /// What was said that much at the beginning is looked for in what is heard.
  static constexpr base::Duration compared_max = std::chrono::seconds{10};
  static constexpr base::Duration echo_delay_max = std::chrono::seconds{5};
  static constexpr double echo_correlation_min = 0.5;

  explicit Ear(io::Shard& shard) : shard_{shard} {}

  /// A source that is remembered as it is played.
  std::unique_ptr<audio::Source> remember(std::unique_ptr<audio::Source> source, std::uint32_t rate_hz);
  void on_frame(std::span<const std::int16_t> frame, std::uint32_t rate_hz) override;

  std::span<const std::int16_t> heard() const;
  std::uint32_t rate_hz() const { return heard_hz_; }
  /// Fills in what the sound tells.
  void judge(Verdict& verdict) const;

 private:
  struct Said {
    std::vector<std::int16_t> samples;
    std::uint32_t rate_hz = 8'000;
    base::Time began{};
  };
  std::optional<base::Duration> echo_delay() const;

  io::Shard& shard_;
  std::shared_ptr<Said> said_;  // shared with the source that plays
  std::optional<audio::ToneMeter> heard_;
  std::uint32_t heard_hz_ = 8'000;
  base::Time heard_from_{};
};

}  // namespace phone
