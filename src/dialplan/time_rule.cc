// dialplan/time_rule.cc - comparing a clock with lists and ranges.
#include "dialplan/time_rule.h"

#include <array>
#include <cstdio>

#include "base/text.h"
#include "dialplan/configuration.h"

namespace dialplan {

namespace {

std::string_view trim_front(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

constexpr bool between(int value, int least, int most) {
  return least <= most ? value >= least && value <= most : value >= least || value <= most;
}

/// "3", "1-5", lists with commas; a range may wrap. `parse` reads one bound.
template <class Parse>
bool in_list(std::string_view list, int value, Parse parse) {
  for (const auto item : base::split(list, ',')) {
    const auto text = trim_front(item);
    const auto dash = text.find('-');
    const auto least = parse(text.substr(0, dash));
    const auto most = dash == std::string_view::npos ? least : parse(text.substr(dash + 1));
    if (least && most && between(value, *least, *most)) return true;
  }
  return false;
}

std::optional<int> whole_number(std::string_view text) {
  return base::to_number<int>(text);
}

std::optional<int> weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> names{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (base::same(text.substr(0, 3), names[i])) return static_cast<int>(i) + 1;
  return whole_number(text);
}

/// HH:MM[:SS] as second of the day.
std::optional<int> clock_second(std::string_view text) {
  const auto parts = base::split(text, ':');
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  const auto hour = whole_number(parts[0]);
  const auto minute = whole_number(parts[1]);
  const auto second = parts.size() == 3 ? whole_number(parts[2]) : std::optional<int>{0};
  if (!hour || !minute || !second) return std::nullopt;
  return *hour * 3600 + *minute * 60 + *second;
}

using Moment = std::array<int, 6>;

/// YYYY-MM-DD[ hh:mm[:ss]]
std::optional<Moment> moment(std::string_view text) {
  Moment result{};
  const std::string copy{base::trim(text)};
  int used = 0;
  const int count = std::sscanf(copy.c_str(), "%4d-%2d-%2d%n %2d:%2d%n:%2d%n", &result[0], &result[1],
                                &result[2], &used, &result[3], &result[4], &used, &result[5], &used);
  if (count != 3 && count < 5) return std::nullopt;
  if (static_cast<std::size_t>(used) != copy.size()) return std::nullopt;
  return result;
}

bool in_date_times(std::string_view list, const Moment& now) {
  for (const auto item : base::split(list, ',')) {
    const auto tilde = item.find('~');
    if (tilde == std::string_view::npos) continue;
    const auto start = moment(item.substr(0, tilde));
    const auto end = moment(item.substr(tilde + 1));
    if (start && end && now >= *start && now < *end) return true;
  }
  return false;
}

/// As the C library's atoi: what is no number counts as 0.
int leading_number(std::string_view text) {
  text = base::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

const std::vector<std::pair<std::string_view, TimeRule::Kind>>& TimeRule::kinds() {
  using enum Kind;
  static const std::vector<std::pair<std::string_view, Kind>> all{{"year", year},
                                                                  {"yday", yday},
                                                                  {"mon", mon},
                                                                  {"mday", mday},
                                                                  {"week", week},
                                                                  {"mweek", mweek},
                                                                  {"wday", wday},
                                                                  {"hour", hour},
                                                                  {"minute", minute},
                                                                  {"minute-of-day", minute_of_day},
                                                                  {"time-of-day", time_of_day},
                                                                  {"date-time", date_time},
                                                                  {"tz-offset", tz_offset},
                                                                  {"dst", dst}};
  return all;
}

bool TimeRule::is_attribute(std::string_view name) {
  for (const auto& [known, kind] : kinds())
    if (known == name) return true;
  return false;
}

bool TimeRule::add(std::string_view attribute, std::string_view value) {
  for (const auto& [name, kind] : kinds()) {
    if (name != attribute) continue;
    tests_.emplace_back(kind, value);
    return true;
  }
  return false;
}

bool TimeRule::matches(const LocalTime& time) const {
  for (const auto& [kind, value] : tests_)
    if (!test(kind, value, time)) return false;
  return true;
}

bool TimeRule::test(Kind kind, std::string_view value, const LocalTime& t) {
  switch (kind) {
    case Kind::year: return in_list(value, t.year, whole_number);
    case Kind::yday: return in_list(value, t.yearday + 1, whole_number);
    case Kind::mon: return in_list(value, t.month, whole_number);
    case Kind::mday: return in_list(value, t.day, whole_number);
    case Kind::week: return in_list(value, t.yearday / 7 + 1, whole_number);
    case Kind::mweek: {
      const int first_weekday = (7 - (t.day - (t.weekday + 1)) % 7) % 7;
      return in_list(value, (t.day + first_weekday + 6) / 7, whole_number);
    }
    case Kind::wday: return in_list(value, t.weekday + 1, weekday);
    case Kind::hour: return in_list(value, t.hour, whole_number);
    case Kind::minute: return in_list(value, t.minute, whole_number);
    case Kind::minute_of_day: return in_list(value, t.hour * 60 + t.minute + 1, whole_number);
    case Kind::time_of_day: return in_list(value, t.hour * 3600 + t.minute * 60 + t.second, clock_second);
    case Kind::date_time: return in_date_times(value, {t.year, t.month, t.day, t.hour, t.minute, t.second});
    case Kind::tz_offset: return leading_number(value) * 3600 == t.offset_seconds;
    case Kind::dst:
      if (value.empty()) return true;
      // The reference wants a number; `true` is what people write.
      return base::same(value, "true") ? t.daylight : in_list(value, t.daylight ? 1 : 0, whole_number);
  }
  return false;
}

std::string TimeRule::fault(std::string_view attribute, std::string_view value) {
  const auto quoted = "'" + std::string{value} + "'";
  const auto check_list = [&](auto parse, int least, int most, const char* what) -> std::string {
    for (const auto item : base::split(value, ',')) {
      const auto text = trim_front(item);
      const auto dash = text.find('-');
      for (const auto bound :
           {text.substr(0, dash), dash == std::string_view::npos ? text : text.substr(dash + 1)}) {
        const auto number = parse(bound);
        if (!number) return quoted + " is not " + what + ": it never matches";
        if (*number < least || *number > most)
          return std::to_string(*number) + " is outside " + std::to_string(least) + ".." +
                 std::to_string(most);
      }
    }
    return {};
  };
  for (const auto& [name, kind] : kinds()) {
    if (name != attribute) continue;
    switch (kind) {
      case Kind::year: return check_list(whole_number, 1970, 9999, "a year or range");
      case Kind::yday: return check_list(whole_number, 1, 366, "a day of the year or range");
      case Kind::mon: return check_list(whole_number, 1, 12, "a month 1-12 or range");
      case Kind::mday: return check_list(whole_number, 1, 31, "a day of the month or range");
      case Kind::week: return check_list(whole_number, 1, 53, "a week 1-53 or range");
      case Kind::mweek: return check_list(whole_number, 1, 6, "a week of the month 1-6 or range");
      case Kind::wday: return check_list(weekday, 1, 7, "a weekday (1-7, sun-sat) or range");
      case Kind::hour: return check_list(whole_number, 0, 23, "an hour 0-23 or range");
      case Kind::minute: return check_list(whole_number, 0, 59, "a minute 0-59 or range");
      case Kind::minute_of_day: return check_list(whole_number, 1, 1440, "a minute of the day or range");
      case Kind::time_of_day: return check_list(clock_second, 0, 86'400, "HH:MM[:SS]-HH:MM[:SS]");
      case Kind::date_time:
        for (const auto item : base::split(value, ',')) {
          const auto tilde = item.find('~');
          if (tilde == std::string_view::npos || !moment(item.substr(0, tilde)) ||
              !moment(item.substr(tilde + 1)))
            return quoted + " is not YYYY-MM-DD hh:mm:ss~YYYY-MM-DD hh:mm:ss: it never matches";
        }
        return {};
      case Kind::tz_offset:
        return whole_number(value.starts_with('+') ? value.substr(1) : value)
                   ? std::string{}
                   : quoted + " is not a number of hours";
      case Kind::dst:
        return value.empty() || value == "0" || value == "1" || base::same(value, "true")
                   ? std::string{}
                   : quoted + " never matches; write dst=\"1\" or dst=\"0\"";
    }
  }
  return {};
}

LocalTime condition_clock(const Context& context) {
  if (context.session != nullptr) {
    const auto& variables = context.session->variables;
    if (const auto hours = variables.number("tod_tz_offset")) {
      constexpr long hours_max = 24;
      if (*hours >= -hours_max && *hours <= hours_max)
        return TimeZone::fixed(static_cast<int>(*hours) * 3600).local(context.now);
    }
    if (const auto name = variables.get("timezone"); !name.empty()) {
      if (const auto zone = find_zone(context.configuration, name)) return zone->local(context.now);
    }
  }
  return TimeZone::system().local(context.now);
}

}  // namespace dialplan
