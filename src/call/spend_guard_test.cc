// call/spend_guard_test.cc - limits of calls to costly prefixes, by account and window.
#include "call/spend_guard.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using call::SpendGuard;
using Verdict = SpendGuard::Verdict;

const base::Time start = base::Time{} + 1h;

call::SpendLimit limit(std::string name, std::string_view prefix, std::uint32_t calls, base::Duration window) {
  return {std::move(name), {call::normal_number(prefix)}, calls, window};
}

SpendGuard guard(std::vector<call::SpendLimit> limits) {
  SpendGuard made;
  made.set_limits(std::move(limits));
  return made;
}

}  // namespace

TEST(SpendGuard, NumbersAreComparedByTheirDigits) {
  EXPECT_EQ(call::normal_number("+1 (900) 555-1234"), "0019005551234");
  EXPECT_EQ(call::normal_number("0019005551234"), "0019005551234");
  EXPECT_EQ(call::normal_number("0900"), "0900");
  EXPECT_EQ(call::normal_number("alice"), "");
}

TEST(SpendGuard, SoManyCallsOfAnAccountInAWindow) {
  auto spend = guard({limit("premium", "+1900", 2, 1h)});
  EXPECT_EQ(spend.take("alice", "+19005551", start).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "0019005552", start + 30min).verdict, Verdict::counted);
  const auto third = spend.take("alice", "+19005553", start + 40min);
  EXPECT_EQ(third.verdict, Verdict::over);
  EXPECT_EQ(third.limit, "premium (2 calls in 3600 s)");
  EXPECT_EQ(spend.take("alice", "+18005553", start + 40min).verdict, Verdict::free);
  EXPECT_EQ(spend.take("bob", "+19005553", start + 40min).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "+19005553", start + 1h).verdict, Verdict::counted) << "the first is an hour ago";
  EXPECT_EQ(spend.take("alice", "+19005553", start + 1h).verdict, Verdict::over);
}

TEST(SpendGuard, NoneAtAll) {
  auto spend = guard({limit("satellites", "+870", 0, 24h)});
  EXPECT_EQ(spend.take("alice", "+870123", start).verdict, Verdict::over);
}

TEST(SpendGuard, EachLimitThatSpeaksOfANumberCounts) {
  auto spend = guard({limit("abroad", "+", 3, 1h), limit("premium", "+1900", 1, 1h)});
  EXPECT_EQ(spend.take("alice", "+19001", start).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "+19001", start).limit, "premium (1 calls in 3600 s)");
  EXPECT_EQ(spend.take("alice", "+491", start).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "+491", start).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "+491", start).verdict, Verdict::over);
}

TEST(SpendGuard, CallsOfOtherShardsCount) {
  auto spend = guard({limit("premium", "+1900", 2, 1h)});
  spend.note("alice", "+19001", start);
  spend.note("alice", "+18001", start);
  EXPECT_EQ(spend.take("alice", "+19001", start).verdict, Verdict::counted);
  EXPECT_EQ(spend.take("alice", "+19001", start).verdict, Verdict::over);
  for (int i = 0; i < 100; ++i) spend.note("alice", "+19001", start);
  EXPECT_EQ(spend.take("alice", "+19001", start + 1h).verdict, Verdict::counted);
}

TEST(SpendGuard, AReloadKeepsWhatWasCountedUnderLimitsThatStay) {
  auto spend = guard({limit("premium", "+1900", 1, 1h), limit("abroad", "+", 1, 1h)});
  spend.take("alice", "+19001", start);
  spend.set_limits({limit("abroad", "+", 2, 1h), limit("premium", "+1900", 1, 1h)});
  EXPECT_EQ(spend.take("alice", "+19001", start).limit, "premium (1 calls in 3600 s)");
  EXPECT_EQ(spend.take("alice", "+491", start).verdict, Verdict::counted);
}

TEST(SpendGuard, LIMIT_MoreAccountsThanThereCanBeMayNotCall) {
  auto spend = guard({limit("premium", "+1900", 1, 1h)});
  for (std::size_t i = 0; i < SpendGuard::accounts_max; ++i) spend.note(std::to_string(i), "+19001", start);
  EXPECT_EQ(spend.take("alice", "+19001", start + 1min).verdict, Verdict::over);
  EXPECT_EQ(spend.take("alice", "+19001", start + 1h).verdict, Verdict::counted) << "the others are forgotten";
}
