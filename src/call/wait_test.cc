#include "call/wait.h"

#include <gtest/gtest.h>

#include "base/task.h"
#include "sim/world.h"

using namespace std::chrono_literals;
using call::Sleeper;
using call::Wake;

namespace {

struct Bed {
  sim::World world{1};
  sim::Host& host = world.add_host("host", {base::Ip::v4(10, 0, 0, 1)});
  Sleeper sleeper{host.shard()};
  std::vector<Wake> wakes;

  base::Task<void> sleep(base::Duration duration) {
    const base::Time at = world.now() + duration;
    const Wake wake = co_await sleeper.until(at);
    wakes.push_back(wake);
  }
};

TEST(Sleeper, WakesWhenTheTimeComes) {
  Bed bed;
  auto task = bed.sleep(50ms);
  task.start();
  bed.world.run_for(49ms);
  EXPECT_TRUE(bed.wakes.empty());
  bed.world.run_for(2ms);
  EXPECT_EQ(bed.wakes, std::vector{Wake::time});
}

TEST(Sleeper, NotificationInterruptionAndHangUpEndAWait) {
  Bed bed;
  auto notified = bed.sleep(1s);
  notified.start();
  bed.sleeper.notify();
  EXPECT_TRUE(bed.wakes.empty()) << "never from inside the handler that caused it";
  bed.world.run_for(1ms);
  auto interrupted = bed.sleep(1s);
  interrupted.start();
  bed.sleeper.interrupt();
  bed.world.run_for(1ms);
  EXPECT_TRUE(bed.sleeper.take_interruption());
  auto over = bed.sleep(1s);
  over.start();
  bed.sleeper.hang_up();
  bed.world.run_for(1ms);
  EXPECT_EQ(bed.wakes, (std::vector{Wake::notified, Wake::interrupted, Wake::hangup}));
}

TEST(Sleeper, TwoReasonsAtOnceWakeOnce) {
  Bed bed;
  auto task = bed.sleep(1s);
  task.start();
  bed.sleeper.notify();
  bed.sleeper.interrupt();
  bed.sleeper.hang_up();
  bed.world.run_for(2s);
  EXPECT_EQ(bed.wakes, std::vector{Wake::hangup});
}

// A coroutine may be destroyed between the event that wakes it and its turn.
TEST(Sleeper, ADestroyedWaitIsNotWoken) {
  Bed bed;
  auto task = bed.sleep(1s);
  task.start();
  bed.sleeper.notify();
  task.reset();
  bed.world.run_for(2s);
  EXPECT_TRUE(bed.wakes.empty());
}

TEST(Sleeper, AWakeOnItsWayIsNotForTheNextWait) {
  Bed bed;
  auto first = bed.sleep(10ms);
  first.start();
  bed.world.run_for(9ms);
  bed.sleeper.interrupt();
  first.reset();
  EXPECT_TRUE(bed.sleeper.take_interruption());
  auto second = bed.sleep(1s);
  second.start();
  bed.world.run_for(500ms);
  EXPECT_TRUE(bed.wakes.empty());
  bed.world.run_for(1s);
  EXPECT_EQ(bed.wakes, std::vector{Wake::time});
}

}  // namespace
