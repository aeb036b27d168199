#include "app/digit_reader.h"

#include "base/text.h"

namespace app {

namespace {

/// The terminators, each with what it does.
class Terminators {
 public:
  enum class Kind : std::uint8_t { none, ends, ends_and_stays, restarts };

  explicit Terminators(std::string_view text) {
    if (base::same(text, "none")) return;
    if (base::same(text, "any")) text = all_digits;
    if (text.starts_with('=')) {
      required_ = true;
      text.remove_prefix(1);
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool marked = (text[i] == '+' || text[i] == 'x') && i + 1 < text.size();
      const auto kind = !marked ? Kind::ends : text[i] == '+' ? Kind::ends_and_stays : Kind::restarts;
      entries_.emplace_back(text[marked ? ++i : i], kind);
    }
  }
  bool required() const { return required_; }
  Kind kind_of(char digit) const {
    for (const auto& [c, kind] : entries_)
      if (c == digit) return kind;
    return Kind::none;
  }

 private:
  bool required_ = false;
  std::vector<std::pair<char, Kind>> entries_;
};

/// Takes digits until it knows the result.
class Collector {
 public:
  explicit Collector(const ReadOptions& options) : options_{options}, terminators_{options.terminators} {}

  /// True: done.
  bool put(char digit) {
    const auto kind = terminators_.kind_of(digit);
    if (kind == Terminators::Kind::none) {
      read.digits += digit;
      if (read.digits.size() < options_.max) return false;
      return finish(terminators_.required() ? Read::Result::failure : Read::Result::success);
    }
    read.terminator = digit;
    if (kind == Terminators::Kind::ends) return finish(Read::Result::success);
    read.digits += digit;
    return finish(kind == Terminators::Kind::restarts ? Read::Result::failure : Read::Result::success);
  }
  bool time_out() {
    const bool enough = read.digits.size() >= std::max<std::size_t>(options_.min, 1);
    return finish(terminators_.required() || !enough ? Read::Result::failure : Read::Result::timeout);
  }

  Read read;

 private:
  bool finish(Read::Result result) {
    read.result = result;
    if (result == Read::Result::success && read.digits.size() < options_.min) read.result = Read::Result::failure;
    return true;
  }
  const ReadOptions& options_;
  Terminators terminators_;
};

}  // namespace

std::string_view name(Read::Result result) {
  switch (result) {
    case Read::Result::success: return "success";
    case Read::Result::timeout: return "timeout";
    case Read::Result::failure:
    case Read::Result::no_prompt:
    case Read::Result::over: break;
  }
  return "failure";
}

base::Task<Read> read_digits(dialplan::Execution& execution, ReadOptions options) {
  auto& leg = execution.leg();
  Collector collector{options};
  auto& read = collector.read;
  if (!options.prompt.empty() && !base::same(options.prompt, "silence")) {
    const auto prompted = co_await play(execution, options.prompt, std::string{all_digits});
    if (prompted.end == Prompted::End::not_found) read.result = Read::Result::no_prompt;
    if (prompted.over()) read.result = Read::Result::over;
    if (prompted.over() || prompted.end == Prompted::End::not_found) co_return std::move(read);
    if (prompted.end == Prompted::End::digit && collector.put(prompted.digit)) co_return std::move(read);
  }
  base::Time until = leg.shard().now() + (read.digits.empty() ? options.timeout : options.digit_timeout);
  for (;;) {
    while (const auto digit = leg.digits().take()) {
      if (collector.put(digit->digit)) co_return std::move(read);
      until = leg.shard().now() + options.digit_timeout;
    }
    const auto wake = co_await leg.wait_until(until);
    if (wake == call::Wake::hangup || wake == call::Wake::interrupted) {
      read.result = Read::Result::over;
      co_return std::move(read);
    }
    if (leg.digits().empty() && leg.shard().now() >= until && collector.time_out()) co_return std::move(read);
  }
}

}  // namespace app
