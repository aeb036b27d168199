// app/play_and_get_digits.cc - "play_and_get_digits": asks for digits until they match an expression.
#include "app/digit_reader.h"
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/pattern.h"

namespace app {
namespace {

using namespace dialplan;

constexpr long timeout_min_ms = 1'000;
constexpr long tries_max = 100;

struct Question {
  ReadOptions options;
  long tries = 1;
  std::string invalid, variable, expression;
  std::vector<std::string> transfer;
};

std::optional<Question> parse(std::string_view arguments) {
  const auto words = call::split_arguments(arguments);
  if (words.size() < 8) return std::nullopt;
  const auto number = [&](std::size_t i) {
    return i < words.size() ? base::to_number<long>(words[i]).value_or(0) : 0;
  };
  Question question;
  auto& options = question.options;
  options.min = static_cast<std::size_t>(std::clamp(number(0), 0L, static_cast<long>(digits_max)));
  options.max = static_cast<std::size_t>(
      std::clamp(number(1), static_cast<long>(std::max<std::size_t>(options.min, 1)), static_cast<long>(digits_max)));
  question.tries = std::clamp(number(2), 1L, tries_max);
  options.timeout = std::chrono::milliseconds{std::max(number(3), timeout_min_ms)};
  options.terminators = words[4];
  options.prompt = words[5];
  question.invalid = words[6];
  question.variable = words[7];
  if (words.size() > 8) question.expression = words[8];
  options.digit_timeout = number(9) > 0 ? base::Duration{std::chrono::milliseconds{number(9)}} : options.timeout;
  if (words.size() > 10) question.transfer = call::split_arguments(words[10], ' ', 3);
  return question;
}

/// Empty: nothing to match against.
bool matches(const std::string& expression, const std::string& digits) {
  if (expression.empty()) return true;
  const auto* pattern = cached_pattern(expression);
  return pattern && pattern->match(digits).has_value();
}

bool is_accepted(const Question& question, const Read& read) {
  const bool only_terminator = question.options.min == 0 && read.digits.empty() && read.terminator != '\0';
  if (only_terminator) return true;
  const bool enough = read.digits.size() >= std::max<std::size_t>(question.options.min, 1);
  const bool ended = read.result == Read::Result::success || read.result == Read::Result::timeout;
  return enough && ended && matches(question.expression, read.digits);
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const auto parsed = parse(arguments);
  if (!parsed) co_return Outcome::bad_arguments;
  const Question question = *parsed;
  auto& variables = leg.variables();
  variables.unset(question.variable);
  variables.unset(question.variable + "_invalid");
  variables.unset("read_result");
  variables.unset("read_terminator_used");

  Read read;
  for (long i = 0; i < question.tries; ++i) {
    read = co_await read_digits(execution, question.options);
    if (read.result == Read::Result::over) co_return leg.hung_up() ? Outcome::hung_up : Outcome::next;
    if (read.result != Read::Result::no_prompt) variables.set("read_result", name(read.result));
    if (read.terminator != '\0') variables.set("read_terminator_used", std::string_view{&read.terminator, 1});
    if (is_accepted(question, read)) {
      variables.set(question.variable, read.digits);
      co_return Outcome::next;
    }
    const bool enough = read.digits.size() >= std::max<std::size_t>(question.options.min, 1);
    if (enough) variables.set(question.variable + "_invalid", read.digits);
    if (question.invalid.empty() || base::same(question.invalid, "silence")) continue;
    const auto told = co_await play(execution, question.invalid, {});
    if (told.over()) co_return outcome_of(told);
  }
  // Too few digits are kept, wrong ones are in <variable>_invalid.
  const bool too_few = !read.digits.empty() && read.digits.size() < question.options.min;
  if (too_few) variables.set(question.variable, read.digits);
  if (!question.transfer.empty() && !question.transfer[0].empty()) {
    auto target = question.transfer;
    target.resize(3);
    leg.transfer({target[0], target[1], target[2]});
  }
  co_return Outcome::next;
}

const Application play_and_get_digits{
    {.name = "play_and_get_digits",
     .usage = "<min> <max> <tries> <timeout ms> <terminators> <file> <invalid file> <variable> <regex> [<digit timeout ms> "
              "['<extension> [<dialplan> [<context>]]']]",
     .help = "Asks for digits, again when they do not match; at last transfers the call, if told where to.",
     .media = Media::required,
     .run = run}};

}  // namespace
}  // namespace app
