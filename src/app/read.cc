// app/read.cc - "read": plays a prompt and stores the digits typed.
#include "app/digit_reader.h"
#include "base/text.h"
#include "call/arguments.h"

namespace app {
namespace {

using namespace dialplan;

constexpr long timeout_min_ms = 1'000;

ReadOptions options_of(const std::vector<std::string>& words) {
  const auto number = [&](std::size_t i) {
    return i < words.size() ? base::to_number<long>(words[i]).value_or(0) : 0;
  };
  ReadOptions options;
  options.min = static_cast<std::size_t>(std::clamp(number(0), 1L, static_cast<long>(digits_max)));
  options.max = static_cast<std::size_t>(std::clamp(number(1), static_cast<long>(options.min), static_cast<long>(digits_max)));
  options.prompt = words[2];
  options.timeout = std::chrono::milliseconds{std::max(number(4), timeout_min_ms)};
  if (words.size() > 5 && !words[5].empty()) options.terminators = words[5];
  options.digit_timeout = number(6) > 0 ? base::Duration{std::chrono::milliseconds{number(6)}} : options.timeout;
  return options;
}

base::Task<Outcome> run(Execution& execution, std::string arguments) {
  auto& leg = execution.leg();
  const auto words = call::split_arguments(arguments);
  auto& variables = leg.variables();
  if (words.size() < 4 || words[3].empty()) {
    variables.set("read_result", "failure");
    co_return Outcome::bad_arguments;
  }
  variables.unset(words[3]);
  variables.unset("read_result");
  variables.unset("read_terminator_used");
  const auto read = co_await read_digits(execution, options_of(words));
  if (read.result == Read::Result::no_prompt) co_return Outcome::failed;
  variables.set(words[3], read.digits);
  variables.set("read_result", name(read.result));
  if (read.terminator != '\0') variables.set("read_terminator_used", std::string_view{&read.terminator, 1});
  co_return leg.hung_up() ? Outcome::hung_up : Outcome::next;
}

const Application read{{.name = "read",
                        .usage = "<min> <max> <file|silence> <variable> <timeout ms> <terminators> [<digit timeout ms>]",
                        .help = "Plays a prompt and stores the digits typed; read_result says success, timeout or failure.",
                        .media = Media::required,
                        .run = run}};

}  // namespace
}  // namespace app
