// base/setting_test.cc - one row gives parsing, range errors and printing.
#include "base/setting.h"

#include <gtest/gtest.h>

#include "base/metrics.h"

using namespace std::chrono_literals;

namespace {
struct Limits {
  std::uint32_t calls = 0;
  base::Duration idle{};
  bool log = true;
  std::string name;
};
const base::Settings<Limits> table{
    {"max-calls", &Limits::calls, "calls", 1000U, {1U, 100'000U}, base::Apply::live, "Calls at the same time."},
    {"idle", &Limits::idle, 30s, {1s, 24h}, base::Apply::reload, "Time without traffic."},
    {"log", &Limits::log, false, base::Apply::live, "Whether to log."},
    {"name", &Limits::name, "text", "ahoy", base::Apply::restart, "Its name."}};
}  // namespace

TEST(Settings, DefaultsComeFromTheRows) {
  const auto limits = table.defaults();
  EXPECT_EQ(limits.calls, 1000U);
  EXPECT_EQ(limits.idle, 30s);
  EXPECT_FALSE(limits.log);
  EXPECT_EQ(limits.name, "ahoy");
}

TEST(Settings, AValueOutsideItsRangeIsRefusedWithASentenceAndChangesNothing) {
  auto limits = table.defaults();
  const auto outcome = table.find("MAX-CALLS")->set(limits, "0");
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "0 is outside 1..100000");
  EXPECT_EQ(limits.calls, 1000U);
  EXPECT_FALSE(table.find("idle")->set(limits, "soon"));
  EXPECT_FALSE(table.find("idle")->set(limits, "250ms").has_value());
  EXPECT_TRUE(table.find("idle")->set(limits, "5m"));
  EXPECT_EQ(table.find("idle")->print(limits), "300s");
}

TEST(Settings, AMisspeltNameFindsItsNeighbour) { EXPECT_EQ(table.suggest("max-clals"), "max-calls"); }

TEST(Metrics, AddUpOverThreadsAndAreFoundByName) {
  static const base::metrics::Counter counter{"test_counter", "For this test"};
  counter.add(3);
  EXPECT_EQ(base::metrics::value("test_counter"), 3);
  EXPECT_EQ(base::metrics::value("no such"), 0);
}
