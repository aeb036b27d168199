// audio/tones.cc - TGML: text to segments, segments to samples.
#include "audio/tones.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "audio/level.h"
#include "base/cursor.h"
#include "base/text.h"

namespace audio {

namespace {

using Reason = ToneError::Reason;
constexpr double max_frequency = 24'000;

class ToneParser {
 public:
  explicit ToneParser(std::string_view text) : text_{text}, in_{text} {}

  base::Result<ToneScript, ToneError> parse() {
    if (text_.size() > max_tone_text) return base::Unexpected<ToneError>{ToneError{Reason::too_long, max_tone_text}};
    while (!error_ && !in_.at_end()) statement();
    if (error_) return base::Unexpected<ToneError>{*error_};
    return std::move(script_);
  }

 private:
  void fail(Reason reason) {
    if (!error_) error_ = ToneError{reason, text_.size() - in_.rest().size()};
  }

  void statement() {
    const char c = in_.peek();
    if (c == ';' || base::is_space(c)) {
      in_.take_exact(c);
    } else if (in_.rest().size() > 1 && in_.rest()[1] == '=') {
      assignment(c);
    } else if (c == '%') {
      in_.take_exact(c);
      if (in_.take_exact('(')) tone({});
      else fail(Reason::bad_tone);
    } else if (dtmf_pair(c).low > 0) {
      in_.take_exact(c);
      const auto pair = dtmf_pair(c);
      if (in_.take_exact('(')) tone({pair.low, pair.high});
      else add(digit_ms_, wait_ms_, {pair.low, pair.high});
    } else {
      fail(Reason::unknown_character);
    }
  }

  void assignment(char name) {
    const auto before = in_;
    in_.take_count(2);
    const auto value = number();
    if (error_) return;
    const auto check = [&](bool in_range) {
      if (in_range) return true;
      in_ = before;
      fail(Reason::out_of_range);
      return false;
    };
    switch (name) {
      case 'v': if (check(value >= -63 && value <= 0)) level_ = value; break;
      case 'd': if (check(value >= 0 && value <= max_tone_ms)) digit_ms_ = value; break;
      case 'w': if (check(value >= 0 && value <= max_tone_ms)) wait_ms_ = value; break;
      case 'l': if (check(std::abs(value) < 1e9)) times_ = static_cast<int>(value); break;
      case 'L': if (check(std::abs(value) < 1e9)) script_.loops = static_cast<int>(value); break;
      case '>': if (check(value >= 0 && value <= max_tone_ms)) { fade_ms_ = value; fade_sign_ = -1; } break;
      case '<': if (check(value >= 0 && value <= max_tone_ms)) { fade_ms_ = value; fade_sign_ = 1; } break;
      case '+': if (check(value >= 0 && value <= 63)) fade_db_ = value; break;
      case 'r': case 'c': break;  // We play at the rate of the call.
      default: in_ = before; fail(Reason::unknown_character);
    }
  }

  /// on,off[,f1,f2...]) with given frequencies when it is a digit.
  void tone(std::vector<double> frequencies) {
    const bool is_digit = !frequencies.empty();
    const double on = milliseconds();
    if (!error_ && !in_.take(',')) fail(Reason::bad_tone);
    const double off = error_ ? 0 : milliseconds();
    while (!error_ && !is_digit && in_.take(',')) {
      if (frequencies.size() == max_tone_frequencies) return fail(Reason::too_many_frequencies);
      const auto before = in_;
      const auto hz = number();
      if (!error_ && (hz < 0 || hz > max_frequency)) {
        in_ = before;
        return fail(Reason::out_of_range);
      }
      frequencies.push_back(hz);
    }
    if (error_) return;
    if (!in_.take(')') || frequencies.empty()) return fail(Reason::bad_tone);
    add(on, off, std::move(frequencies));
  }

  void add(double on, double off, std::vector<double> frequencies) {
    if (script_.segments.size() == max_tone_segments) return fail(Reason::too_many_tones);
    script_.segments.push_back({on, off, std::move(frequencies), level_, times_, fade_ms_, fade_sign_ * fade_db_});
  }

  double milliseconds() {
    const auto before = in_;
    const auto value = number();
    if (!error_ && (value < 0 || value > max_tone_ms)) {
      in_ = before;
      fail(Reason::out_of_range);
    }
    return value;
  }

  double number() {
    in_.skip_space();
    double value = 0;
    const auto rest = in_.rest();
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), value, std::chars_format::fixed);
    if (failed != std::errc{} || !std::isfinite(value)) {
      fail(Reason::bad_number);
      return 0;
    }
    in_.take_count(static_cast<std::size_t>(end - rest.data()));
    return value;
  }

  std::string_view text_;
  base::Cursor in_;
  ToneScript script_;
  std::optional<ToneError> error_;
  double level_ = -7;
  double digit_ms_ = 2'000;
  double wait_ms_ = 500;
  int times_ = 1;
  double fade_ms_ = 0;
  double fade_db_ = 1;
  int fade_sign_ = 0;
};

}  // namespace

base::Result<ToneScript, ToneError> ToneScript::parse(std::string_view text) { return ToneParser{text}.parse(); }

std::string_view text(Reason reason) {
  switch (reason) {
    case Reason::too_long: return "tone text too long";
    case Reason::too_many_tones: return "too many tones";
    case Reason::too_many_frequencies: return "more than 18 frequencies";
    case Reason::unknown_character: return "neither a statement, a tone nor a digit";
    case Reason::bad_number: return "not a number";
    case Reason::out_of_range: return "number out of range";
    case Reason::bad_tone: return "a tone is %(on,off,frequency...)";
  }
  return "unknown";
}

DtmfPair dtmf_pair(char digit) {
  constexpr std::string_view keys = "123A456B789C*0#D";
  constexpr double rows[]{697, 770, 852, 941};
  constexpr double columns[]{1'209, 1'336, 1'477, 1'633};
  if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
  const auto at = keys.find(digit);
  return at == std::string_view::npos ? DtmfPair{} : DtmfPair{rows[at / 4], columns[at % 4]};
}

ToneScript dtmf_script(std::string_view digits, double on_ms, double off_ms, double level_dbm0) {
  ToneScript script;
  for (const char digit : digits)
    if (const auto pair = dtmf_pair(digit); pair.low > 0)
      script.segments.push_back({on_ms, off_ms, {pair.low, pair.high}, level_dbm0, 1, 0, 0});
  return script;
}

Tones::Tones(ToneScript script, std::uint32_t rate) : script_{std::move(script)}, rate_{rate} {
  loops_left_ = script_.loops == 0 ? 1 : script_.loops;
  // A script without any duration would spin for ever in a loop.
  double total = 0;
  for (const auto& s : script_.segments) total += s.on_ms + s.off_ms;
  ended_ = total * rate_ < 1'000;
  if (!ended_) {
    times_left_ = script_.segments[0].times == 0 ? 1 : script_.segments[0].times;
    ended_ = !start_segment();
  }
}

bool Tones::start_segment() {
  const auto& s = script_.segments[segment_];
  const auto samples = [this](double ms) { return static_cast<std::uint64_t>(std::llround(ms * rate_ / 1'000)); };
  on_left_ = samples(s.on_ms);
  off_left_ = samples(s.off_ms);
  fade_left_ = std::max<std::uint64_t>(samples(s.fade_step_ms), 1);
  level_ = s.level_dbm0;
  amplitude_ = amplitude_of_dbm0(level_);
  oscillators_.clear();
  for (const double hz : s.frequencies)
    if (hz > 0 && hz < rate_ / 2.0) oscillators_.push_back({0, 2 * std::numbers::pi * hz / rate_});
  return true;
}

/// To the next tone; false at the end.
bool Tones::advance() {
  if (times_left_ > 0) --times_left_;
  if (times_left_ == 0) {
    if (++segment_ == script_.segments.size()) {
      if (loops_left_ > 0 && --loops_left_ == 0) return false;
      segment_ = 0;
    }
    const int times = script_.segments[segment_].times;
    times_left_ = times == 0 ? 1 : times;
  }
  return start_segment();
}

std::int16_t Tones::sample() {
  double value = 0;
  for (auto& oscillator : oscillators_) {
    value += std::sin(oscillator.phase);
    oscillator.phase += oscillator.step;
    if (oscillator.phase > 2 * std::numbers::pi) oscillator.phase -= 2 * std::numbers::pi;
  }
  const auto& s = script_.segments[segment_];
  const double now = amplitude_;
  if (s.fade_step_ms > 0 && s.fade_db != 0 && --fade_left_ == 0) {
    level_ = std::clamp(level_ + s.fade_db, -63.0, 0.0);
    amplitude_ = amplitude_of_dbm0(level_);
    fade_left_ = std::max<std::uint64_t>(static_cast<std::uint64_t>(s.fade_step_ms * rate_ / 1'000), 1);
  }
  return static_cast<std::int16_t>(std::clamp(std::lround(value * now), -32'768L, 32'767L));
}

std::size_t Tones::read(std::span<std::int16_t> frame) {
  std::size_t done = 0;
  while (done < frame.size() && !ended_) {
    if (on_left_ > 0) {
      --on_left_;
      frame[done++] = sample();
    } else if (off_left_ > 0) {
      --off_left_;
      frame[done++] = 0;
    } else {
      ended_ = !advance();
    }
  }
  std::fill(frame.begin() + static_cast<std::ptrdiff_t>(done), frame.end(), std::int16_t{0});
  return done;
}

}  // namespace audio
