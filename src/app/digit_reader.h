// app/digit_reader.h - a prompt and the digits typed to it: what "read" and "play_and_get_digits" share.
#pragma once
#include <string>

#include "app/prompt.h"

namespace app {

struct ReadOptions {
  std::size_t min = 1, max = 128;
  std::string prompt;      ///< Empty or "silence": none.
  base::Duration timeout = std::chrono::seconds{1};        ///< For the first digit.
  base::Duration digit_timeout = std::chrono::seconds{1};  ///< For each that follows.
  std::string terminators = "#";
};

struct Read {
  enum class Result : std::uint8_t { success, timeout, failure, no_prompt, over };
  Result result = Result::success;
  std::string digits;
  char terminator = '\0';
};
inline constexpr std::size_t digits_max = 128;
std::string_view name(Read::Result result);

/// `terminators` as "read" takes them: a leading `=` makes one necessary, `+c` adds it to the result, `xc` adds it
/// and fails (so that a menu starts again).
base::Task<Read> read_digits(dialplan::Execution& execution, ReadOptions options);

}  // namespace app
