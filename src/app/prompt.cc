#include "app/prompt.h"

#include <filesystem>

#include "base/text.h"

namespace app {

namespace {

namespace fs = std::filesystem;
using End = Prompted::End;

bool is_generated(std::string_view name) {
  return name.starts_with("tone_stream://") || name.starts_with("silence_stream://");
}

/// Text after the `{...}` in front, and that part itself.
std::pair<std::string_view, std::string_view> split_options(std::string_view name) {
  const auto close = name.starts_with('{') ? name.find('}') : std::string_view::npos;
  if (close == std::string_view::npos) return {{}, name};
  return {name.substr(0, close + 1), name.substr(close + 1)};
}

/// The path alone, without "@@<sample>".
fs::path file_of(std::string_view name) { return fs::path{split_options(name).second.substr(0, name.rfind("@@"))}; }

/// What the offload pool hands back.
struct Opening {
  audio::Opened source = nullptr;
  bool done = false;
  call::Leg* waiting = nullptr;  // null: nobody any more
};

/// Runs on the pool.
audio::Opened open_files(const std::vector<std::string>& names, std::uint32_t rate_hz, std::uint64_t seed) {
  base::Random random{seed};
  audio::Opened opened = base::Unexpected<audio::OpenError>{audio::OpenError{audio::OpenError::Reason::not_found, 0, {}}};
  for (const auto& name : names) {
    opened = audio::open_source(name, rate_hz, random);
    if (!opened) continue;
    const std::size_t limit = std::size_t{preloaded_seconds_max} * rate_hz;
    auto samples = audio::read_all(**opened, limit);
    // A long one streams from its file; what it needs of randomness must not be this thread's.
    if (samples.size() == limit) return nullptr;
    return audio::play_clip(std::make_shared<const std::vector<std::int16_t>>(std::move(samples)));
  }
  return opened;
}

/// The first of the names that can be opened, on the shard: for what is too long to be read ahead.
audio::Opened open_streaming(call::Leg& leg, const std::vector<std::string>& names, std::uint32_t rate_hz) {
  audio::Opened opened = base::Unexpected<audio::OpenError>{audio::OpenError{audio::OpenError::Reason::not_found, 0, {}}};
  for (const auto& name : names)
    if (opened = audio::open_source(name, rate_hz, leg.shard().random()); opened) break;
  return opened;
}

/// Tells the opener that nobody waits any more, when the coroutine goes.
struct Waiting {
  std::shared_ptr<Opening> opening;
  ~Waiting() { opening->waiting = nullptr; }
};

base::Task<Prompted> open(dialplan::Execution& execution, std::string name, std::uint32_t rate_hz,
                          std::unique_ptr<audio::Source>& into) {
  auto& leg = execution.leg();
  const auto names = places(execution, name, rate_hz);
  const bool generated = is_generated(split_options(name).second);
  if (generated) {
    auto opened = open_streaming(leg, names, rate_hz);
    if (!opened) co_return Prompted{End::not_found};
    into = std::move(*opened);
    co_return Prompted{};
  }
  const Waiting guard{std::make_shared<Opening>()};
  auto opening = guard.opening;
  opening->waiting = &leg;
  const auto seed = leg.shard().random().u64();
  const bool queued = leg.shard().offload([opening, names, rate_hz, seed] { opening->source = open_files(names, rate_hz, seed); },
                                          [opening] {
                                            opening->done = true;
                                            if (opening->waiting) opening->waiting->notify();
                                          });
  while (queued && !opening->done) {
    const auto wake = co_await leg.wait();
    if (wake == call::Wake::hangup) co_return Prompted{End::hung_up};
    if (wake == call::Wake::interrupted) co_return Prompted{End::interrupted};
  }
  if (!queued || !opening->source) co_return Prompted{End::not_found};
  auto opened = *opening->source ? std::move(opening->source) : open_streaming(leg, names, rate_hz);
  if (!opened) co_return Prompted{End::not_found};
  into = std::move(*opened);
  co_return Prompted{};
}

}  // namespace

std::string playback_terminators(const call::Leg& leg) {
  const auto set = leg.variable("playback_terminators");
  if (set.empty()) return "*";
  if (base::same(set, "none")) return {};
  return std::string{base::same(set, "any") ? all_digits : set};
}

std::vector<std::string> places(dialplan::Execution& execution, std::string_view name, std::uint32_t rate_hz) {
  const auto [options, rest] = split_options(name);
  if (rest.find("://") != std::string_view::npos) return {std::string{name}};
  fs::path path{rest};
  if (path.is_relative()) {
    auto prefix = execution.leg().variable("sound_prefix");
    if (prefix.empty()) prefix = execution.runtime().globals().get("sound_prefix");
    if (!prefix.empty()) path = fs::path{prefix} / path;
  }
  const auto of_rate = path.parent_path() / std::to_string(rate_hz) / path.filename();
  std::vector<std::string> found;
  for (const auto& candidate : {path, of_rate}) {
    found.push_back(std::string{options} + candidate.string());
    if (!file_of(candidate.string()).has_extension()) found.push_back(found.back() + ".wav");
  }
  return found;
}

base::Task<Prompted> wait_for_playing(call::Leg& leg, std::string terminators) {
  for (;;) {
    while (const auto digit = leg.digits().take()) {
      if (terminators.find(digit->digit) == std::string::npos) continue;
      leg.media().stop_playing();
      co_return Prompted{End::digit, digit->digit};
    }
    if (leg.hung_up()) co_return Prompted{End::hung_up};
    if (!leg.media().playing()) co_return Prompted{};
    const auto wake = co_await leg.wait();
    if (wake != call::Wake::hangup && wake != call::Wake::interrupted) continue;
    leg.media().stop_playing();
    co_return Prompted{wake == call::Wake::hangup ? End::hung_up : End::interrupted};
  }
}

base::Task<Prompted> play(dialplan::Execution& execution, std::string name, std::string terminators) {
  auto& leg = execution.leg();
  const auto rate_hz = leg.media().sample_rate_hz();
  std::unique_ptr<audio::Source> source;
  const auto opened = co_await open(execution, std::move(name), rate_hz, source);
  if (!source) co_return opened;
  leg.media().play(std::move(source), rate_hz);
  co_return co_await wait_for_playing(leg, std::move(terminators));
}

void set_playback_results(call::Leg& leg, const Prompted& prompted) {
  auto& variables = leg.variables();
  const auto samples = leg.media().played_samples();
  const auto ms = samples * 1'000 / leg.media().sample_rate_hz();
  variables.set("playback_samples", std::to_string(samples));
  variables.set("playback_ms", std::to_string(ms));
  variables.set("playback_seconds", std::to_string(ms / 1'000));
  variables.set("playback_last_offset_pos", std::to_string(samples));
  if (prompted.end == End::digit) variables.set("playback_terminator_used", std::string_view{&prompted.digit, 1});
}

dialplan::Outcome outcome_of(const Prompted& prompted) {
  switch (prompted.end) {
    case End::hung_up: return dialplan::Outcome::hung_up;
    case End::not_found: return dialplan::Outcome::failed;
    case End::played:
    case End::digit:
    case End::interrupted: break;
  }
  return dialplan::Outcome::next;
}

}  // namespace app
