// dialplan/time_zone.h - local time in any zone, without the process-wide TZ of the C library.
//
// A zone is a POSIX rule (IEEE 1003.1 section 8.3, as in timezones.conf): "EST5EDT,M3.2.0,M11.1.0". A name
// like America/New_York finds its rule in timezones.conf, else at the end of the system's TZif file (RFC
// 8536): today's rule, which is what a dialplan asks for.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "call/caller_profile.h"

namespace dialplan {

struct LocalTime {
  int year = 1970, month = 1, day = 1;  ///< month and day from 1
  int hour = 0, minute = 0, second = 0;
  int weekday = 4, yearday = 0;  ///< 0 = Sunday; 0 = 1 January
  int offset_seconds = 0;        ///< east of Greenwich
  bool daylight = false;
};

class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;
  static TimeZone fixed(int offset_seconds);
  /// A POSIX rule; empty when it is none.
  static std::optional<TimeZone> parse(std::string_view rule);
  /// A name of the system's zone database. Reads a file once per name and thread.
  static std::optional<TimeZone> named(std::string_view name);
  /// The machine's own zone.
  static const TimeZone& system();

  LocalTime local(call::WallTime time) const;
  /// The instant at which the clock of this zone shows that date and time; the earlier one when there are
  /// two.
  call::WallTime instant(const LocalTime& clock) const;
  std::string_view abbreviation(bool daylight) const { return daylight ? daylight_name_ : name_; }

 private:
  struct Change {  // Mmonth.week.day, or a day of the year
    int month = 0, week = 0, day = 0, second = 7200;
    bool leap_counted = true;
  };
  static std::int64_t day_of(const Change& change, int year);
  bool daylight_at(std::int64_t utc) const;
  static bool take_change(std::string_view& text, Change& change);

  std::string name_ = "UTC", daylight_name_;
  int offset_ = 0, daylight_offset_ = 0;
  std::optional<Change> begin_, end_;
};

/// strftime with the given time; %Z is the zone of the machine, as in the reference.
std::string format_time(const std::string& format, const LocalTime& time);

}  // namespace dialplan
