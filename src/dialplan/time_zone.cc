// dialplan/time_zone.cc - POSIX time zone rules.
#include "dialplan/time_zone.h"

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "base/text.h"

namespace dialplan {

namespace {

using std::chrono::days;
constexpr std::int64_t seconds_a_day = 86'400;
constexpr std::string_view zone_directory = "/usr/share/zoneinfo/";
constexpr std::size_t zone_name_max = 64;

std::int64_t days_from_civil(int year, int month, int day) {
  return std::chrono::sys_days{std::chrono::year{year} / month / day}.time_since_epoch().count();
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

std::optional<int> take_int(std::string_view& text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// [+-]hh[:mm[:ss]] in seconds.
std::optional<int> take_clock(std::string_view& text) {
  const bool negative = take(text, '-');
  if (!negative) take(text, '+');
  const auto hours = take_int(text);
  if (!hours || *hours < 0 || *hours > 167) return std::nullopt;
  int seconds = *hours * 3600;
  for (const int unit : {60, 1}) {
    if (!take(text, ':')) break;
    const auto part = take_int(text);
    if (!part || *part < 0 || *part > 59) return std::nullopt;
    seconds += *part * unit;
  }
  return negative ? -seconds : seconds;
}

std::optional<std::string> take_name(std::string_view& text) {
  const bool quoted = take(text, '<');
  std::size_t size = 0;
  while (size < text.size() && (quoted ? text[size] != '>' : base::is_alpha(text[size]))) ++size;
  if (size < 3 || (quoted && size == text.size())) return std::nullopt;
  std::string name{text.substr(0, size)};
  text.remove_prefix(size + (quoted ? 1 : 0));
  return name;
}

/// The rule behind the last line end but one of a TZif file.
std::string footer_of(const std::string& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return {};  // "America" is a folder
  std::ifstream in{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
  if (!text.starts_with("TZif") || !text.ends_with('\n')) return {};
  const auto start = text.rfind('\n', text.size() - 2);
  return start == std::string::npos ? std::string{} : text.substr(start + 1, text.size() - start - 2);
}

}  // namespace

TimeZone TimeZone::fixed(int offset_seconds) {
  TimeZone zone;
  zone.offset_ = offset_seconds;
  return zone;
}

bool TimeZone::take_change(std::string_view& text, Change& change) {
  if (!take(text, ',')) return false;
  if (take(text, 'M')) {
    const auto month = take_int(text);
    const auto week = take(text, '.') ? take_int(text) : std::nullopt;
    const auto day = take(text, '.') ? take_int(text) : std::nullopt;
    if (!month || !week || !day || *month < 1 || *month > 12 || *week < 1 || *week > 5 || *day < 0 ||
        *day > 6)
      return false;
    change = {.month = *month, .week = *week, .day = *day};
  } else {
    const bool leap_counted = !take(text, 'J');
    const auto day = take_int(text);
    if (!day || *day < 0 || *day > 365) return false;
    change = {.day = leap_counted ? *day : *day - 1, .leap_counted = leap_counted};
  }
  if (!take(text, '/')) return true;
  const auto second = take_clock(text);
  if (second) change.second = *second;
  return second.has_value();
}

std::optional<TimeZone> TimeZone::parse(std::string_view rule) {
  TimeZone zone;
  const auto name = take_name(rule);
  const auto west = name ? take_clock(rule) : std::nullopt;
  if (!west) return std::nullopt;
  zone.name_ = *name;
  zone.offset_ = -*west;
  if (rule.empty()) return zone;
  const auto daylight = take_name(rule);
  if (!daylight) return std::nullopt;
  zone.daylight_name_ = *daylight;
  zone.daylight_offset_ = zone.offset_ + 3600;
  if (!rule.empty() && rule.front() != ',') {
    const auto daylight_west = take_clock(rule);
    if (!daylight_west) return std::nullopt;
    zone.daylight_offset_ = -*daylight_west;
  }
  Change begin{.month = 3, .week = 2};
  Change end{.month = 11, .week = 1};
  if (!rule.empty() && (!take_change(rule, begin) || !take_change(rule, end) || !rule.empty()))
    return std::nullopt;
  zone.begin_ = begin;
  zone.end_ = end;
  return zone;
}

std::optional<TimeZone> TimeZone::named(std::string_view name) {
  thread_local std::unordered_map<std::string, std::optional<TimeZone>> known;
  constexpr std::size_t known_max = 1000;
  if (name.empty() || name.size() > zone_name_max || name.front() == '/' || name.find("..") != std::string_view::npos ||
      name.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string key{name};
  if (const auto found = known.find(key); found != known.end()) return found->second;
  if (known.size() >= known_max) known.clear();
  return known.emplace(key, parse(footer_of(std::string{zone_directory} + key))).first->second;
}

const TimeZone& TimeZone::system() {
  static const TimeZone zone = [] {
    const char* variable = std::getenv("TZ");
    if (variable != nullptr && *variable != 0) {
      if (const auto found = named(variable)) return *found;
      if (const auto rule = parse(variable)) return *rule;
    }
    return parse(footer_of("/etc/localtime")).value_or(TimeZone{});
  }();
  return zone;
}

std::int64_t TimeZone::day_of(const Change& change, int year) {
  if (change.month == 0) {
    const bool leap = std::chrono::year{year}.is_leap();
    return days_from_civil(year, 1, 1) + change.day +
           (!change.leap_counted && leap && change.day >= 59 ? 1 : 0);
  }
  const auto first = days_from_civil(year, change.month, 1);
  const auto weekday = (first % 7 + 11) % 7;  // 1970-01-01 was a Thursday
  auto day = first + (change.day - weekday + 7) % 7 + (change.week - 1) * 7;
  const auto next_month =
      change.month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, change.month + 1, 1);
  while (day >= next_month) day -= 7;
  return day;
}

bool TimeZone::daylight_at(std::int64_t utc) const {
  if (!begin_ || !end_) return false;
  const auto today = std::chrono::sys_days{days{floor_div(utc + offset_, seconds_a_day)}};
  const int year = static_cast<int>(std::chrono::year_month_day{today}.year());
  const auto begin = day_of(*begin_, year) * seconds_a_day + begin_->second - offset_;
  const auto end = day_of(*end_, year) * seconds_a_day + end_->second - daylight_offset_;
  return begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
}

LocalTime TimeZone::local(call::WallTime time) const {
  const auto utc = floor_div(time.time_since_epoch().count(), 1'000'000);
  LocalTime result;
  result.daylight = daylight_at(utc);
  result.offset_seconds = result.daylight ? daylight_offset_ : offset_;
  const auto shown = utc + result.offset_seconds;
  const auto day = floor_div(shown, seconds_a_day);
  const auto second = static_cast<int>(shown - day * seconds_a_day);
  const std::chrono::year_month_day date{std::chrono::sys_days{days{day}}};
  result.year = static_cast<int>(date.year());
  result.month = static_cast<int>(static_cast<unsigned>(date.month()));
  result.day = static_cast<int>(static_cast<unsigned>(date.day()));
  result.hour = second / 3600;
  result.minute = second / 60 % 60;
  result.second = second % 60;
  result.weekday = static_cast<int>((day % 7 + 11) % 7);
  result.yearday = static_cast<int>(day - days_from_civil(result.year, 1, 1));
  return result;
}

call::WallTime TimeZone::instant(const LocalTime& clock) const {
  const auto shown = days_from_civil(clock.year, clock.month, 1) * seconds_a_day +
                     (clock.day - 1) * seconds_a_day + clock.hour * 3600 + clock.minute * 60 + clock.second;
  const auto summer = shown - daylight_offset_;
  const auto utc = begin_ && daylight_at(summer) ? summer : shown - offset_;
  return call::WallTime{std::chrono::seconds{utc}};
}

std::string format_time(const std::string& format, const LocalTime& time) {
  std::tm tm{};
  tm.tm_year = time.year - 1900;
  tm.tm_mon = time.month - 1;
  tm.tm_mday = time.day;
  tm.tm_hour = time.hour;
  tm.tm_min = time.minute;
  tm.tm_sec = time.second;
  tm.tm_wday = time.weekday;
  tm.tm_yday = time.yearday;
  tm.tm_isdst = time.daylight ? 1 : 0;
  tm.tm_gmtoff = time.offset_seconds;
  const std::string zone{TimeZone::system().abbreviation(false)};
  tm.tm_zone = zone.c_str();
  std::array<char, 1024> buffer{};
  const auto size = std::strftime(buffer.data(), buffer.size(), format.c_str(), &tm);
  return {buffer.data(), size};
}

}  // namespace dialplan
