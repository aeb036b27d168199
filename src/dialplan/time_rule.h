// dialplan/time_rule.h - the date and time attributes of a condition.
//
// year yday mon mday week mweek wday hour minute minute-of-day time-of-day date-time tz-offset dst: all that
// are given must pass.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dialplan/context.h"
#include "dialplan/time_zone.h"

namespace dialplan {

class TimeRule {
 public:
  /// False when `attribute` is no time attribute.
  bool add(std::string_view attribute, std::string_view value);
  bool empty() const { return tests_.empty(); }
  bool matches(const LocalTime& time) const;
  /// Why a value can never match as its author meant it; empty when it is fine.
  static std::string fault(std::string_view attribute, std::string_view value);
  static bool is_attribute(std::string_view name);

 private:
  enum class Kind : std::uint8_t {
    year,
    yday,
    mon,
    mday,
    week,
    mweek,
    wday,
    hour,
    minute,
    minute_of_day,
    time_of_day,
    date_time,
    tz_offset,
    dst
  };
  static const std::vector<std::pair<std::string_view, Kind>>& kinds();
  static bool test(Kind kind, std::string_view value, const LocalTime& time);

  std::vector<std::pair<Kind, std::string>> tests_;
};

/// The clock a condition sees: `tod_tz_offset` (hours), else `timezone` (a name), else the machine's zone.
LocalTime condition_clock(const Context& context);

}  // namespace dialplan
