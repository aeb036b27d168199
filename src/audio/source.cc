// audio/source.cc - opens sources by name, and the small ones: silence, clips, lists, loops.
#include "audio/source.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

#include "audio/file.h"
#include "audio/tones.h"
#include "base/text.h"

namespace audio {

namespace {

class Silence final : public Source {
 public:
  Silence(std::int64_t samples, std::uint32_t divisor, base::Random& random)
      : left_{samples}, divisor_{divisor}, random_{random} {}
  std::size_t read(std::span<std::int16_t> frame) override {
    const auto n = left_ < 0 ? frame.size() : std::min(frame.size(), static_cast<std::size_t>(left_));
    if (left_ > 0) left_ -= static_cast<std::int64_t>(n);
    std::fill(frame.begin(), frame.end(), std::int16_t{0});
    if (divisor_ == 0) return n;
    for (std::size_t i = 0; i < n; ++i)
      frame[i] = static_cast<std::int16_t>(static_cast<std::int16_t>(random_.u32()) / static_cast<std::int32_t>(divisor_));
    return n;
  }

 private:
  std::int64_t left_;
  std::uint32_t divisor_;
  base::Random& random_;
};

class ClipSource final : public Source {
 public:
  ClipSource(Clip clip, std::size_t start) : clip_{std::move(clip)}, at_{std::min(start, clip_->size())} {}
  std::size_t read(std::span<std::int16_t> frame) override {
    const auto n = std::min(frame.size(), clip_->size() - at_);
    std::copy_n(clip_->begin() + static_cast<std::ptrdiff_t>(at_), n, frame.begin());
    std::fill(frame.begin() + static_cast<std::ptrdiff_t>(n), frame.end(), std::int16_t{0});
    at_ += n;
    return n;
  }

 private:
  Clip clip_;
  std::size_t at_;
};

/// Plays names one after the other, `rounds` times (negative: for ever), opening each when its turn comes.
class Playlist final : public Source {
 public:
  Playlist(std::vector<std::string> names, int rounds, std::unique_ptr<Source> first, std::uint32_t rate,
           base::Random& random, Opened (*open)(std::string_view, std::uint32_t, base::Random&, int), int depth)
      : names_{std::move(names)}, rounds_{rounds}, now_{std::move(first)}, rate_{rate}, random_{random}, open_{open},
        depth_{depth} {}

  std::size_t read(std::span<std::int16_t> frame) override {
    std::size_t done = 0;
    while (done < frame.size()) {
      const auto n = now_ ? now_->read(frame.subspan(done)) : 0;
      done += n;
      if (n > 0) heard_ = true;
      if (done == frame.size() || !next()) break;
    }
    std::fill(frame.begin() + static_cast<std::ptrdiff_t>(done), frame.end(), std::int16_t{0});
    return done;
  }

 private:
  bool next() {
    if (++at_ == names_.size()) {
      // A round in which nothing sounded would be repeated for ever.
      if (rounds_ == 0 || !heard_) return false;
      if (rounds_ > 0 && --rounds_ == 0) return false;
      at_ = 0;
      heard_ = false;
    }
    auto opened = open_(names_[at_], rate_, random_, depth_);
    now_ = opened ? std::move(*opened) : nullptr;  // A missing file in a list is passed over.
    return true;
  }

  std::vector<std::string> names_;
  int rounds_;
  std::unique_ptr<Source> now_;
  std::uint32_t rate_;
  base::Random& random_;
  Opened (*open_)(std::string_view, std::uint32_t, base::Random&, int);
  int depth_;
  std::size_t at_ = 0;
  bool heard_ = false;
};

Opened fail(OpenError::Reason reason, std::size_t position, std::string detail = {}) {
  return base::Unexpected<OpenError>{OpenError{reason, position, std::move(detail)}};
}
using Reason = OpenError::Reason;

/// "...;loops=n" at the end of a TGML text.
std::optional<int> take_loops(std::string_view& text) {
  constexpr std::string_view key = ";loops=";
  const auto at = text.rfind(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto loops = base::to_number<int>(base::trim(text.substr(at + key.size())));
  if (loops) text = text.substr(0, at);
  return loops;
}

Opened open_tones(std::string_view text, std::size_t offset, std::uint32_t rate) {
  std::string from_file;
  const auto loops = take_loops(text);
  if (text.starts_with("path=")) {
    const std::string path{text.substr(5)};
    std::ifstream in{path};
    if (!in) return fail(Reason::not_found, offset, path);
    from_file.resize(max_tone_text + 1);
    in.read(from_file.data(), static_cast<std::streamsize>(from_file.size()));
    from_file.resize(static_cast<std::size_t>(in.gcount()));
    text = from_file;
    offset = 0;
  }
  auto script = ToneScript::parse(text);
  if (!script) return fail(Reason::bad_tones, offset + script.error().position, std::string{audio::text(script.error().reason)});
  if (loops) script->loops = *loops;
  return std::unique_ptr<Source>{std::make_unique<Tones>(std::move(*script), rate)};
}

Opened open_silence(std::string_view text, std::size_t offset, std::uint32_t rate, base::Random& random) {
  const auto comma = text.find(',');
  const auto ms = base::to_number<std::int64_t>(base::trim(text.substr(0, comma)));
  const auto noise = comma == std::string_view::npos ? std::optional<std::uint32_t>{0}
                                                     : base::to_number<std::uint32_t>(base::trim(text.substr(comma + 1)));
  constexpr std::int64_t max_ms = 24LL * 3'600 * 1'000;
  if (!ms || *ms > max_ms || !noise || *noise > 32'768) return fail(Reason::bad_parameter, offset, std::string{text});
  return silence(*ms, *noise, rate, random);
}

Opened open_at(std::string_view name, std::uint32_t rate, base::Random& random, int depth);

Opened open_list(std::vector<std::string> names, int rounds, std::uint32_t rate, base::Random& random, int depth) {
  auto first = open_at(names.front(), rate, random, depth + 1);
  if (!first) return first;
  return std::unique_ptr<Source>{
      std::make_unique<Playlist>(std::move(names), rounds, std::move(*first), rate, random, &open_at, depth + 1)};
}

/// {loops=n,other=x}rest
Opened open_with_parameters(std::string_view name, std::uint32_t rate, base::Random& random, int depth) {
  const auto close = name.find('}');
  if (close == std::string_view::npos) return fail(Reason::bad_parameter, 0, std::string{name});
  int loops = 1;
  for (const auto part : base::split(name.substr(1, close - 1), ','))
    if (base::trim(part).starts_with("loops=")) loops = base::to_number<int>(base::trim(part).substr(6)).value_or(1);
  const auto rest = name.substr(close + 1);
  return loops == 1 ? open_at(rest, rate, random, depth + 1) : open_list({std::string{rest}}, loops, rate, random, depth);
}

Opened open_path(std::string_view name, std::uint32_t rate) {
  std::uint64_t start = 0;
  if (const auto at = name.rfind("@@"); at != std::string_view::npos) {
    const auto sample = base::to_number<std::uint64_t>(name.substr(at + 2));
    if (!sample) return fail(Reason::bad_parameter, at + 2, std::string{name});
    start = *sample;
    name = name.substr(0, at);
  }
  auto file = FileSource::open(std::string{name}, rate, start);
  if (file) return std::unique_ptr<Source>{std::move(*file)};
  return fail(file.error() == FileError::not_found ? Reason::not_found : Reason::not_audio, 0, std::string{name});
}

Opened open_at(std::string_view name, std::uint32_t rate, base::Random& random, int depth) {
  constexpr std::string_view tones = "tone_stream://", quiet = "silence_stream://", list = "file_string://";
  if (depth > max_nested_sources) return fail(Reason::too_deep, 0);
  if (name.starts_with('{')) return open_with_parameters(name, rate, random, depth);
  if (name.starts_with(tones)) return open_tones(name.substr(tones.size()), tones.size(), rate);
  if (name.starts_with(quiet)) return open_silence(name.substr(quiet.size()), quiet.size(), rate, random);
  if (name.starts_with(list)) {
    std::vector<std::string> names;
    for (const auto part : base::split(name.substr(list.size()), '!')) names.emplace_back(part);
    return open_list(std::move(names), 0, rate, random, depth);
  }
  return open_path(name, rate);
}

}  // namespace

Opened open_source(std::string_view name, std::uint32_t rate, base::Random& random) {
  return open_at(name, rate, random, 0);
}

std::unique_ptr<Source> silence(std::int64_t milliseconds, std::uint32_t noise_divisor, std::uint32_t rate,
                                base::Random& random) {
  const auto samples = milliseconds < 0 ? -1 : milliseconds * rate / 1'000;
  return std::make_unique<Silence>(samples, noise_divisor, random);
}

std::unique_ptr<Source> play_clip(Clip clip, std::size_t start) { return std::make_unique<ClipSource>(std::move(clip), start); }

std::vector<std::int16_t> read_all(Source& source, std::size_t max_samples) {
  std::vector<std::int16_t> out;
  std::int16_t frame[160];
  while (out.size() < max_samples) {
    const auto n = source.read(std::span{frame}.first(std::min<std::size_t>(160, max_samples - out.size())));
    out.insert(out.end(), frame, frame + n);
    if (n < 160) break;
  }
  return out;
}

}  // namespace audio
