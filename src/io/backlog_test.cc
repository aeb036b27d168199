// io/backlog_test.cc - how far behind a shard says it is.
#include "io/backlog.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// A shard whose turns take as long as a test says.
struct Turns {
  io::Backlog backlog;
  base::Time now = base::Time{} + 1h;

  /// It waited so long for something to happen.
  void idle(base::Duration wait = 1s) {
    now += wait;
    backlog.begin(now - wait, now);
  }
  /// Another turn begins, after one of that length; everything was ready at once.
  void after(base::Duration length, bool unread = false) {
    if (unread) backlog.leave_unread();
    now += length;
    backlog.begin(now, now);
  }
};

}  // namespace

TEST(Backlog, WhoHadToWaitIsNotBehind) {
  Turns turns;
  for (int i = 0; i < 100; ++i) {
    turns.idle(1ms);
    EXPECT_EQ(turns.backlog.behind(), 0ms);
  }
}

TEST(Backlog, ShortTurnsAreNotBehindHoweverManyThereAre) {
  Turns turns;
  turns.idle();
  for (int i = 0; i < 1000; ++i) {
    turns.after(8ms);
    EXPECT_EQ(turns.backlog.behind(), 0ms);
  }
}

TEST(Backlog, WhoIsLateInEveryTurnForAWhileIsBehindByTheLastTurn) {
  Turns turns;
  turns.idle();
  for (int i = 0; i < 4; ++i) {
    turns.after(20ms);
    EXPECT_EQ(turns.backlog.behind(), 0ms) << "it may have been held up";
  }
  turns.after(20ms);
  EXPECT_EQ(turns.backlog.behind(), 20ms);
  turns.after(30ms);
  EXPECT_EQ(turns.backlog.behind(), 30ms);
  turns.after(5ms);
  EXPECT_EQ(turns.backlog.behind(), 0ms) << "it has caught up";
}

TEST(Backlog, OneLongTurnIsAHiccup) {
  Turns turns;
  turns.idle();
  turns.after(90ms);
  EXPECT_EQ(turns.backlog.behind(), 0ms);
  turns.after(3ms);
  EXPECT_EQ(turns.backlog.behind(), 0ms);
}

TEST(Backlog, WhatIsLeftUnreadGrowsOlder) {
  Turns turns;
  turns.idle();
  for (int turn = 1; turn <= 10; ++turn) turns.after(15ms, true);
  EXPECT_EQ(turns.backlog.behind(), 150ms);
  turns.after(15ms);
  EXPECT_EQ(turns.backlog.behind(), 15ms) << "the turn before read everything";
}
