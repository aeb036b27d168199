// sip/ping_test.cc - up and down by OPTIONS.
#include "sip/ping.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace {

struct Course {
  base::Time now{1h};
  sip::Ping ping;
  explicit Course(sip::Ping::Options options) : ping{options, now} {}
  /// Goes on to the next OPTIONS and answers it; true when that changed something.
  bool next(int status, base::Duration after = 5ms) {
    now = ping.deadline();
    EXPECT_TRUE(ping.on_time(now));
    EXPECT_FALSE(ping.on_time(now));  // one at a time
    now += after;
    return ping.on_reply(status, now);
  }
};

}  // namespace

TEST(Ping, GW05_OneMissingAnswerMakesItDownAndOneAnswerUp) {
  Course run{{.interval = 20s}};
  EXPECT_EQ(run.ping.deadline(), run.now + 20s);
  EXPECT_FALSE(run.next(200, 3ms));
  EXPECT_EQ(run.ping.round_trip(), 3ms);
  EXPECT_TRUE(run.next(0, 32s));
  EXPECT_FALSE(run.ping.up());
  EXPECT_FALSE(run.next(503));
  EXPECT_TRUE(run.next(404));  // somebody is there
  EXPECT_TRUE(run.ping.up());
}

TEST(Ping, MinAndMaxMakeItSlowerToFall) {
  Course run{{.interval = 20s, .min = 2, .max = 4}};
  EXPECT_EQ(run.ping.count(), 4U);
  EXPECT_FALSE(run.next(0));
  EXPECT_FALSE(run.next(0));
  EXPECT_TRUE(run.next(0));  // 1 < 2
  EXPECT_FALSE(run.ping.up());
  EXPECT_TRUE(run.next(200));
  EXPECT_TRUE(run.ping.up());
}

TEST(Ping, TheIntervalIsKeptFromSendingToSending) {
  Course run{{.interval = 20s}};
  run.next(200, 2s);
  EXPECT_EQ(run.ping.deadline(), run.now + 18s);
  run.next(0, 32s);
  EXPECT_EQ(run.ping.deadline(), run.now + 1s);
}

TEST(Ping, WithoutIntervalItIsAlwaysUp) {
  Course run{{}};
  EXPECT_TRUE(run.ping.up());
  EXPECT_EQ(run.ping.deadline(), base::never);
  EXPECT_EQ(run.ping.max(), 0U);
}

TEST(Ping, SenselessLimitsAreMadeSensible) {
  Course run{{.interval = 20s, .min = 9, .max = 0}};
  EXPECT_EQ(run.ping.min(), 1U);
  EXPECT_EQ(run.ping.max(), 1U);
}
