#include "base/setting.h"

#include <fmt/format.h>

namespace base {

std::string_view name(Apply apply) {
  switch (apply) {
    case Apply::live: return "live";
    case Apply::reload: return "reload";
    case Apply::restart: return "restart";
  }
  return "restart";
}

Result<Duration, SettingError> parse_duration(std::string_view text, Duration bare) {
  using namespace std::chrono_literals;
  text = trim(text);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto count = to_number<std::int64_t>(text.substr(0, digits));
  const auto unit = trim(text.substr(digits));
  const Duration one = unit.empty() ? bare
                       : unit == "ms" ? Duration{1ms}
                       : unit == "s"  ? Duration{1s}
                       : unit == "m"  ? Duration{1min}
                       : unit == "h"  ? Duration{1h}
                       : unit == "d"  ? Duration{24h}
                                      : Duration{0};
  constexpr std::int64_t count_max = 1'000'000'000;
  if (!count || *count > count_max || one == Duration{0})
    return Unexpected<SettingError>{{fmt::format("'{}' is not a time such as 30s, 250ms, 5m", text)}};
  return *count * one;
}

std::string print_duration(Duration duration) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  if (ms % 1000 != 0) return fmt::format("{}ms", ms);
  if (ms % 3'600'000 == 0 && ms != 0) return fmt::format("{}h", ms / 3'600'000);
  return fmt::format("{}s", ms / 1000);
}

}  // namespace base
