// dialplan/time_test.cc - zones and the date and time attributes of conditions.
#include <gtest/gtest.h>

#include "dialplan/time_rule.h"
#include "dialplan/time_zone.h"

namespace dialplan {
namespace {

call::WallTime at(std::int64_t epoch) {
  return call::WallTime{std::chrono::seconds{epoch}};
}

TEST(TimeZone, Utc) {
  const auto t = TimeZone{}.local(at(1'000'000'000));
  EXPECT_EQ(t.year, 2001);
  EXPECT_EQ(t.month, 9);
  EXPECT_EQ(t.day, 9);
  EXPECT_EQ(t.hour, 1);
  EXPECT_EQ(t.minute, 46);
  EXPECT_EQ(t.second, 40);
  EXPECT_EQ(t.weekday, 0);
  EXPECT_EQ(t.yearday, 251);
  EXPECT_EQ(TimeZone{}.local(at(-1)).year, 1969);
  EXPECT_EQ(TimeZone{}.local(at(-1)).second, 59);
}

TEST(TimeZone, RulesOfBothHemispheres) {
  const auto berlin = TimeZone::parse("CET-1CEST,M3.5.0,M10.5.0/3");
  ASSERT_TRUE(berlin);
  // 2026-03-29 01:00 UTC: 01:59:59 CET is followed by 03:00 CEST.
  EXPECT_EQ(berlin->local(at(1'774'745'999)).hour, 1);
  EXPECT_EQ(berlin->local(at(1'774'746'000)).hour, 3);
  EXPECT_TRUE(berlin->local(at(1'774'746'000)).daylight);
  // 2026-10-25 01:00 UTC back again.
  EXPECT_EQ(berlin->local(at(1'792'889'999)).hour, 2);
  EXPECT_TRUE(berlin->local(at(1'792'889'999)).daylight);
  EXPECT_FALSE(berlin->local(at(1'792'890'000)).daylight);
  const auto sydney = TimeZone::parse("AEST-10AEDT,M10.1.0,M4.1.0/3");
  ASSERT_TRUE(sydney);
  EXPECT_TRUE(sydney->local(at(1'768'435'200)).daylight);   // January
  EXPECT_FALSE(sydney->local(at(1'784'073'600)).daylight);  // July
  EXPECT_EQ(TimeZone::parse("<+0545>-5:45")->local(at(0)).minute, 45);
  EXPECT_EQ(TimeZone::parse("EST5")->local(at(0)).hour, 19);
}

TEST(TimeZone, InstantIsTheInverse) {
  const auto zone = TimeZone::parse("EST5EDT,M3.2.0,M11.1.0");
  ASSERT_TRUE(zone);
  for (std::int64_t t = 1'760'000'000; t < 1'800'000'000; t += 1'234'567)
    EXPECT_EQ(zone->instant(zone->local(at(t))), at(t)) << t;
}

TEST(TimeZone, NonsenseIsNoZone) {
  for (const auto* text :
       {"", "X", "AB1", "CET", "CET-1CEST,M13.1.0,M1.1.0", "CET-1CEST,M3.5.0", "CET-999", "CET-1C!"})
    EXPECT_FALSE(TimeZone::parse(text)) << text;
  EXPECT_FALSE(TimeZone::named("../../etc/passwd"));
  EXPECT_FALSE(TimeZone::named("/etc/passwd"));
  EXPECT_FALSE(TimeZone::named("Nowhere/X"));
  EXPECT_FALSE(TimeZone::named("America")) << "a folder";
  EXPECT_FALSE(TimeZone::named(std::string_view{"\0UTC", 4})) << "which would be the folder of all";
}

struct Rule {
  const char* attribute;
  const char* value;
  bool passes;
};

TEST(TimeRule, Attributes) {
  // Monday 2026-11-23 07:35:16 UTC
  const auto now = TimeZone{}.local(at(1'795'419'316));
  ASSERT_EQ(now.hour, 7);
  const Rule rules[] = {{"year", "2026", true},
                        {"year", "1999,2026", true},
                        {"year", "", false},
                        {"year", "abc", false},
                        {"mon", "11", true},
                        {"mon", "99, 11", true},
                        {"mon", "nov", false},
                        {"mday", "023", true},
                        {"mday", "24-22", false},
                        {"yday", "327", true},
                        {"yday", "326", false},
                        {"week", "47", true},
                        {"week", "48", false},
                        {"mweek", "1-6", true},
                        {"mweek", "4", true},
                        {"wday", "2", true},
                        {"wday", "mon", true},
                        {"wday", "MONDAY", true},
                        {"wday", "sat-mon", true},
                        {"wday", "wed", false},
                        {"wday", "0", false},
                        {"hour", "7", true},
                        {"hour", "18-8", true},
                        {"hour", "8-18", false},
                        {"hour", "0 - 23", false},
                        {"minute", "30-40", true},
                        {"minute-of-day", "456", true},
                        {"minute-of-day", "455", false},
                        {"time-of-day", "07:05-09:05", true},
                        {"time-of-day", "06:35-05:35", true},
                        {"time-of-day", "09:35-10:35,06:35-08:35", true},
                        {"time-of-day", "07:35:16-07:35:16", true},
                        {"time-of-day", "07:30-07:35", false},
                        {"time-of-day", "banana", false},
                        {"date-time", "2026-11-23 07:35:16~2026-11-24 00:00:00", true},
                        {"date-time", "2026-11-22 07:35:16~2026-11-23 07:35:16", false},
                        {"date-time", "2010-01-01 00:00:00~2010-02-01 00:00:00,2026-01-01~2027-01-01", true},
                        {"tz-offset", "+0", true},
                        {"tz-offset", "abc", true},
                        {"tz-offset", "1", false},
                        {"dst", "", true},
                        {"dst", "true", false},
                        {"dst", "false", false},
                        {"dst", "0", true}};
  for (const auto& [attribute, value, passes] : rules) {
    TimeRule rule;
    ASSERT_TRUE(rule.add(attribute, value));
    EXPECT_EQ(rule.matches(now), passes) << attribute << '=' << value;
  }
}

TEST(TimeRule, AllMustPass) {
  TimeRule rule;
  EXPECT_TRUE(rule.empty());
  EXPECT_FALSE(rule.add("field", "x"));
  rule.add("year", "2026");
  rule.add("mon", "12");
  EXPECT_FALSE(rule.matches(TimeZone{}.local(at(1'795'419'316))));
}

TEST(TimeRule, FaultsAreExplained) {
  EXPECT_EQ(TimeRule::fault("hour", "8-18"), "");
  EXPECT_EQ(TimeRule::fault("wday", "mon-fri,sun"), "");
  EXPECT_EQ(TimeRule::fault("time-of-day", "08:00-18:00"), "");
  EXPECT_EQ(TimeRule::fault("date-time", "2026-01-01 00:00:00~2026-02-01 00:00:00"), "");
  for (const auto& [attribute, value] : {std::pair{"hour", "25"},
                                         {"mon", "nov"},
                                         {"wday", "0"},
                                         {"hour", "8 - 18"},
                                         {"time-of-day", "8-18"},
                                         {"date-time", "2026"},
                                         {"dst", "false"},
                                         {"tz-offset", "x"},
                                         {"year", ""}})
    EXPECT_NE(TimeRule::fault(attribute, value), "") << attribute << '=' << value;
}

TEST(TimeRule, ClockOfTheCall) {
  call::Variables variables{{"timezone", "Asia/Tokyo"}, {"tod_tz_offset", "-5"}};
  call::CallerProfile profile;
  Session session{variables, profile};
  Context context;
  context.session = &session;
  context.now = at(1'795'419'316);
  EXPECT_EQ(condition_clock(context).hour, 2);
  variables.set("tod_tz_offset", "");
  if (TimeZone::named("Asia/Tokyo")) {
    EXPECT_EQ(condition_clock(context).hour, 16);
  }
}

}  // namespace
}  // namespace dialplan
