// io/timer_wheel_test.cc - timers fire in time, in order, once; a model checks a random life.
#include "io/timer_wheel.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/random.h"

using namespace std::chrono_literals;

namespace {
base::Time at(base::Duration d) { return base::Time{} + d; }
}  // namespace

TEST(TimerWheel, FiresAtTheMillisecondAndNeverEarly) {
  io::TimerWheel wheel;
  int fired = 0;
  io::Timer timer{[&] { ++fired; }};
  timer.start(wheel, at(500ms));
  EXPECT_EQ(wheel.next(), at(256ms));  // the start of its slot: early is allowed, late is not
  wheel.advance(at(499ms));
  EXPECT_EQ(fired, 0);
  wheel.advance(at(500ms));
  EXPECT_EQ(fired, 1);
  EXPECT_FALSE(timer.running());
  EXPECT_EQ(wheel.next(), base::never);
}

TEST(TimerWheel, AStoppedOrDestroyedTimerNeverFires) {
  io::TimerWheel wheel;
  int fired = 0;
  io::Timer stopped{[&] { ++fired; }};
  stopped.start(wheel, at(5ms));
  {
    io::Timer destroyed{[&] { ++fired; }};
    destroyed.start(wheel, at(5ms));
  }
  stopped.stop();
  wheel.advance(at(1s));
  EXPECT_EQ(fired, 0);
  EXPECT_EQ(wheel.size(), 0U);
}

TEST(TimerWheel, ATimerMayRestartItselfAndDestroyOthers) {
  io::TimerWheel wheel;
  int ticks = 0, other_fired = 0;
  auto other = std::make_unique<io::Timer>([&] { ++other_fired; });
  std::unique_ptr<io::Timer> self;
  self = std::make_unique<io::Timer>([&] {
    if (++ticks < 3) self->start(wheel, at(10ms * (ticks + 1)));
    other.reset();
  });
  self->start(wheel, at(10ms));
  other->start(wheel, at(10ms));
  wheel.advance(at(100ms));
  EXPECT_EQ(ticks, 3);
  EXPECT_EQ(other_fired, 0);
}

TEST(TimerWheel, DeadlinesBeyondTheOutermostRingAreKept) {
  io::TimerWheel wheel;
  bool fired = false;
  io::Timer timer{[&] { fired = true; }};
  timer.start(wheel, at(24h * 60));
  wheel.advance(at(24h * 60 - 1ms));
  EXPECT_FALSE(fired);
  wheel.advance(at(24h * 60));
  EXPECT_TRUE(fired);
}

TEST(TimerWheel, AGroupingWheelIsLateByItsShareAtMostAndNeverEarly) {
  for (const base::Duration wanted : std::initializer_list<base::Duration>{20ms, 200ms, 500ms, 5s, 32s}) {
    base::Time now = at(10h) + wanted;  // anywhere
    io::TimerWheel wheel{now, io::TimerWheel::Precision::grouping};
    bool fired = false;
    io::Timer timer{[&] { fired = true; }};
    const base::Time due = now + wanted;
    timer.start(wheel, due);
    for (now = due - 1ms; !fired; now += 1ms) {
      ASSERT_TRUE(now < due + 1ms + wanted / io::TimerWheel::grouping_share) << wanted.count();
      wheel.advance(now);
    }
    EXPECT_GE(now - 1ms, due);
  }
}

TEST(TimerWheel, EndsOfTransactionsShareWakeUps) {
  io::TimerWheel wheel{at(0ms), io::TimerWheel::Precision::grouping};
  std::vector<base::Time> wakes;
  base::Time now{};
  std::vector<std::unique_ptr<io::Timer>> timers;
  for (int i = 0; i < 1000; ++i) {
    now = at(std::chrono::milliseconds{i});
    wheel.advance(now);
    timers.push_back(std::make_unique<io::Timer>([&] {
      if (wakes.empty() || wakes.back() != now) wakes.push_back(now);
    }));
    timers.back()->start(wheel, now + 5s);
  }
  for (; wheel.size() != 0; now += 1ms) wheel.advance(now);
  EXPECT_LE(wakes.size(), 40U);
}

TEST(TimerWheel, ARandomLifeMatchesTheModel) {
  base::Random random{42};
  io::TimerWheel wheel;
  base::Time now = at(12345678us);
  wheel.begin(now);
  struct Entry {
    std::unique_ptr<io::Timer> timer;
    base::Time due = base::never;
  };
  std::vector<Entry> entries(200);
  std::size_t fired = 0, expected = 0;
  for (auto& entry : entries)
    entry.timer = std::make_unique<io::Timer>([&fired, &entry, &now] {
      ++fired;
      EXPECT_GE(now, entry.due);
      EXPECT_LT(now - entry.due, 1s);
      entry.due = base::never;
    });
  for (int round = 0; round < 20000; ++round) {
    auto& entry = entries[random.below(entries.size())];
    if (random.chance(0.7)) {
      entry.due = now + base::Duration{static_cast<std::int64_t>(1000 + random.below(100'000'000))};
      entry.timer->start(wheel, entry.due);
    } else {
      entry.timer->stop();
      entry.due = base::never;
    }
    const base::Time then = now + base::Duration{static_cast<std::int64_t>(random.below(500'000))};
    for (const auto& e : entries)
      if (e.due != base::never && e.due <= then - 1ms) ++expected;
    EXPECT_LE(wheel.next(), std::ranges::min_element(entries, {}, &Entry::due)->due + 1ms);
    now = then;
    wheel.advance(now);
    for (const auto& e : entries) EXPECT_GT(e.due, now - 1ms) << "a deadline was missed";
  }
  EXPECT_GE(fired, expected);
}
