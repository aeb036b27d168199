// base/log.h - the one log, on spdlog: levels, a call id on every line that has one, a limit per source line.
//
//   base::log::info("registrar", "{} registered from {}", aor, address);
//   base::log::Call{uuid}.warn("media", "no packet for {} s", seconds);
//
// A source line that floods is cut to `lines_per_second_max` and says afterwards how many were left out.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <source_location>
#include <string>
#include <string_view>

namespace base::log {

enum class Level : std::uint8_t { debug, info, notice, warning, error, critical };

/// From one source line and second; what is over is counted and told later.
inline constexpr std::uint32_t lines_per_second_max = 50;

struct Options {
  Level level = Level::info;
  std::string file;  ///< Empty: standard error only.
  bool colour = true;
};

void configure(const Options& options);
void set_level(Level level);
bool enabled(Level level);
std::string_view name(Level level);
/// Sends every line to `sink` too (console, tests); null stops that.
void set_observer(void (*sink)(Level, std::string_view line));
void flush();

/// Writes one finished line; the templates below are what callers use.
void write(Level level, std::string_view room, std::string_view call, std::string_view text,
           const std::source_location& where);

/// A format string that remembers where it stands, for the rate limit.
template <class... Args>
struct Format {
  fmt::format_string<Args...> text;
  std::source_location where;
  template <class S>
    requires std::convertible_to<const S&, std::string_view>
  consteval Format(const S& s, std::source_location at = std::source_location::current()) : text{s}, where{at} {}
};

template <class... Args>
void line(Level level, std::string_view room, std::string_view call, const Format<std::type_identity_t<Args>...>& format,
          Args&&... args) {
  if (enabled(level)) write(level, room, call, fmt::format(format.text, std::forward<Args>(args)...), format.where);
}

template <class... Args>
void debug(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) {
  line<Args...>(Level::debug, room, {}, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) {
  line<Args...>(Level::info, room, {}, format, std::forward<Args>(args)...);
}
template <class... Args>
void notice(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) {
  line<Args...>(Level::notice, room, {}, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) {
  line<Args...>(Level::warning, room, {}, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) {
  line<Args...>(Level::error, room, {}, format, std::forward<Args>(args)...);
}

/// Lines that belong to a call carry its uuid.
struct Call {
  std::string_view uuid;
  template <class... Args>
  void debug(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) const {
    line<Args...>(Level::debug, room, uuid, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) const {
    line<Args...>(Level::info, room, uuid, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void notice(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) const {
    line<Args...>(Level::notice, room, uuid, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) const {
    line<Args...>(Level::warning, room, uuid, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(std::string_view room, Format<std::type_identity_t<Args>...> format, Args&&... args) const {
    line<Args...>(Level::error, room, uuid, format, std::forward<Args>(args)...);
  }
};

}  // namespace base::log
