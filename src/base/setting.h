// base/setting.h - typed settings: an option is one row, and everything known about it comes from there.
//
//   struct Limits { std::uint32_t calls = 0; base::Duration idle{}; bool log = false; };
//   const base::Settings<Limits> table{
//       {"max-calls", &Limits::calls, "calls", 1000, {1, 100000}, base::Apply::live, "Calls at the same time."},
//       {"idle", &Limits::idle, 30s, {1s, 24h}, base::Apply::reload, "..."},
//       {"log", &Limits::log, false, base::Apply::live, "..."}};
//
// Parsing, range errors, `show`, the check of a configuration and the reference manual read the same rows.
#pragma once
#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/require.h"
#include "base/result.h"
#include "base/text.h"
#include "base/time.h"

namespace base {

/// When a changed value takes effect.
enum class Apply : std::uint8_t { live, reload, restart };
std::string_view name(Apply apply);

/// What was wrong with a value, as a sentence for the operator.
struct SettingError {
  std::string message;
};

template <class T>
struct Range {
  T least;
  T most;
};

/// "250ms", "30s", "30" (seconds), "5m", "2h"; the unit of a bare number is `bare`.
Result<Duration, SettingError> parse_duration(std::string_view text, Duration bare = std::chrono::seconds{1});
std::string print_duration(Duration duration);

template <class Struct>
class Setting {
 public:
  using Set = std::function<Result<void, SettingError>(Struct&, std::string_view)>;
  using Print = std::function<std::string(const Struct&)>;

  template <std::integral T>
    requires(!std::same_as<T, bool>)
  Setting(std::string_view name, T Struct::*member, std::string_view unit, std::type_identity_t<T> fallback,
          Range<std::type_identity_t<T>> range, Apply apply, std::string_view help)
      : Setting{name, unit, apply, help} {
    fallback_ = std::to_string(fallback);
    range_ = std::to_string(range.least) + ".." + std::to_string(range.most);
    set_ = [=, row = std::string{name}](Struct& into, std::string_view text) -> Result<void, SettingError> {
      const auto value = to_number<T>(trim(text));
      if (!value) return Unexpected<SettingError>{{"'" + std::string{text} + "' is not a whole number"}};
      if (*value < range.least || *value > range.most)
        return Unexpected<SettingError>{{std::string{text} + " is outside " + std::to_string(range.least) + ".." +
                                         std::to_string(range.most)}};
      into.*member = *value;
      return {};
    };
    print_ = [=](const Struct& from) { return std::to_string(from.*member); };
  }

  Setting(std::string_view name, Duration Struct::*member, Duration fallback, Range<Duration> range, Apply apply,
          std::string_view help, Duration bare = std::chrono::seconds{1})
      : Setting{name, bare == std::chrono::seconds{1} ? "s" : "ms", apply, help} {
    fallback_ = print_duration(fallback);
    range_ = print_duration(range.least) + ".." + print_duration(range.most);
    set_ = [=](Struct& into, std::string_view text) -> Result<void, SettingError> {
      const auto value = parse_duration(text, bare);
      if (!value) return Unexpected<SettingError>{value.error()};
      if (*value < range.least || *value > range.most)
        return Unexpected<SettingError>{{std::string{text} + " is outside " + print_duration(range.least) + ".." +
                                         print_duration(range.most)}};
      into.*member = *value;
      return {};
    };
    print_ = [=](const Struct& from) { return print_duration(from.*member); };
  }

  Setting(std::string_view name, bool Struct::*member, bool fallback, Apply apply, std::string_view help)
      : Setting{name, "true|false", apply, help} {
    fallback_ = fallback ? "true" : "false";
    set_ = [=](Struct& into, std::string_view text) -> Result<void, SettingError> {
      into.*member = is_true(trim(text));
      return {};
    };
    print_ = [=](const Struct& from) { return std::string{from.*member ? "true" : "false"}; };
  }

  Setting(std::string_view name, std::string Struct::*member, std::string_view unit, std::string_view fallback,
          Apply apply, std::string_view help)
      : Setting{name, unit, apply, help} {
    fallback_ = fallback;
    set_ = [=](Struct& into, std::string_view text) -> Result<void, SettingError> {
      into.*member = std::string{text};
      return {};
    };
    print_ = [=](const Struct& from) { return from.*member; };
  }

  /// A value with a grammar of its own: `parse` says what is wrong, `print` gives it back.
  Setting(std::string_view name, std::string_view unit, std::string_view fallback, Apply apply, std::string_view help,
          Set parse, Print print)
      : Setting{name, unit, apply, help} {
    fallback_ = fallback;
    set_ = std::move(parse);
    print_ = std::move(print);
  }

  std::string_view name() const { return name_; }
  std::string_view unit() const { return unit_; }
  std::string_view help() const { return help_; }
  const std::string& fallback() const { return fallback_; }
  const std::string& range() const { return range_; }
  Apply apply() const { return apply_; }
  Result<void, SettingError> set(Struct& into, std::string_view text) const { return set_(into, text); }
  std::string print(const Struct& from) const { return print_(from); }

 private:
  Setting(std::string_view name, std::string_view unit, Apply apply, std::string_view help)
      : name_{name}, unit_{unit}, help_{help}, apply_{apply} {}

  std::string_view name_, unit_, help_;
  std::string fallback_, range_;
  Apply apply_;
  Set set_;
  Print print_;
};

template <class Struct>
class Settings {
 public:
  Settings(std::initializer_list<Setting<Struct>> rows) : rows_{rows} {}

  const std::vector<Setting<Struct>>& rows() const { return rows_; }
  /// Names are compared without regard to case.
  const Setting<Struct>* find(std::string_view name) const {
    for (const auto& row : rows_)
      if (same(row.name(), name)) return &row;
    return nullptr;
  }
  /// A Struct with every row's default. Broken defaults are a bug and end the program.
  Struct defaults() const {
    Struct fresh;
    for (const auto& row : rows_) require(row.set(fresh, row.fallback()).has_value(), row.name());
    return fresh;
  }
  /// The nearest known name to a misspelt one; empty when none is near.
  std::string_view suggest(std::string_view word) const {
    std::vector<std::string_view> names;
    for (const auto& row : rows_) names.push_back(row.name());
    return nearest(word, names);
  }

 private:
  std::vector<Setting<Struct>> rows_;
};

}  // namespace base
