// io/pace_test.cc - who may linger between two turns, and for how long.
#include "io/pace.h"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace {
base::Time at(base::Duration d) { return base::Time{} + d; }
}  // namespace

TEST(Pace, AQuietShardAnswersAtOnce) {
  io::Pace pace;
  EXPECT_EQ(pace.next_turn(at(0ms)), at(0ms));
  EXPECT_EQ(pace.next_turn(at(5ms)), at(5ms));
  EXPECT_EQ(pace.next_turn(at(5ms + io::Pace::dense)), at(5ms + io::Pace::dense));
}

TEST(Pace, ABusyShardTurnsOnceAMillisecond) {
  io::Pace pace;
  pace.next_turn(at(1ms));
  EXPECT_EQ(pace.next_turn(at(1100us)), at(1100us) + io::Pace::gather);
  EXPECT_EQ(pace.next_turn(at(2100us)), at(2100us) + io::Pace::gather) << "still busy";
  EXPECT_EQ(pace.next_turn(at(9ms)), at(9ms)) << "quiet again";
}

TEST(Pace, MediaAndUnreadBytesNeverLinger) {
  io::Pace pace;
  pace.next_turn(at(1ms));
  pace.hurry();
  EXPECT_EQ(pace.next_turn(at(1100us)), at(1100us));
  EXPECT_EQ(pace.next_turn(at(1200us)), at(1200us)) << "the next packet is expected";
  const auto last = at(1100us) + io::Pace::hurry_for;
  EXPECT_EQ(pace.next_turn(last - 100us), last - 100us);
  EXPECT_EQ(pace.next_turn(last), last + io::Pace::gather) << "no packet came";
}
