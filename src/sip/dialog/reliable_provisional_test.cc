// sip/dialog/reliable_provisional_test.cc - RFC 3262, to the millisecond.
#include "sip/dialog/reliable_provisional.h"

#include <gtest/gtest.h>

#include "sim/play.h"

using namespace std::chrono_literals;
using sip::ReliableReceiver;
using sip::ReliableSender;
using Log = std::vector<sim::Play<ReliableSender>::Entry>;
using Verdict = ReliableReceiver::Verdict;

namespace {

sim::Play<ReliableSender> sender() { return sim::Play{ReliableSender{sip::Timing{}, 7}}; }

auto add(std::string text, bool described = false) {
  return [text, described](auto& machine, base::Time now) { EXPECT_TRUE(machine.add(text, described, now)); };
}
auto prack(std::uint32_t rseq, bool expected = true, std::uint32_t cseq = 1, std::string method = "INVITE") {
  return [=](auto& machine, base::Time now) {
    EXPECT_EQ(machine.on_prack(sip::RAck{rseq, cseq, method}, 1, now), expected);
  };
}

}  // namespace

TEST(ReliableSender, MTH_09_IsRepeatedAtDoublingIntervalsThenGivenUp) {
  auto play = sender();
  play.at(0s, add("a"));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log{{0ms, ReliableSender::Send{}},
                             {500ms, ReliableSender::Send{}},
                             {1500ms, ReliableSender::Send{}},
                             {3500ms, ReliableSender::Send{}},
                             {7500ms, ReliableSender::Send{}},
                             {15500ms, ReliableSender::Send{}},
                             {31500ms, ReliableSender::Send{}},
                             {32s, ReliableSender::GiveUp{}}}));
}

TEST(ReliableSender, MTH_09_ThePrackEndsRepetition) {
  auto play = sender();
  play.at(0s, add("a"));
  play.at(600ms, prack(7));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log{{0ms, ReliableSender::Send{}}, {500ms, ReliableSender::Send{}}}));
}

TEST(ReliableSender, MTH_09_TheNextOneWaitsForThePrackOfTheOneBefore) {
  auto play = sender();
  play.at(0s, add("first"));
  play.at(10ms, add("second"));
  EXPECT_EQ(play.machine().next_rseq(), 9U);
  EXPECT_EQ(play.machine().current(), "first");
  play.at(100ms, prack(7));
  EXPECT_EQ(play.machine().current(), "second");
  play.at(200ms, prack(8));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log{{0ms, ReliableSender::Send{}}, {100ms, ReliableSender::Send{}}}));
}

TEST(ReliableSender, MTH_09_APrackMatchesByAllThreeNumbers) {
  auto play = sender();
  play.at(0s, prack(7, false));  // nothing was sent
  play.at(0s, add("a"));
  play.at(1ms, prack(8, false));
  play.at(1ms, prack(7, false, 2));
  play.at(1ms, prack(7, false, 1, "UPDATE"));
  play.at(1ms, prack(7));
  play.at(2ms, prack(7, false));  // once
}

TEST(ReliableSender, MTH_09_A2xxWaitsOnlyForThoseWithADescription) {
  auto play = sender();
  play.at(0s, add("ringing"));
  EXPECT_FALSE(play.machine().holds_back_success());
  play.at(1ms, add("progress", true));
  EXPECT_TRUE(play.machine().holds_back_success());
  play.at(2ms, prack(7));
  EXPECT_TRUE(play.machine().holds_back_success());
  play.at(3ms, prack(8));
  EXPECT_FALSE(play.machine().holds_back_success());
}

TEST(ReliableSender, MTH_09_AfterAFinalResponseNothingIsRepeatedButALatePrackMatches) {
  auto play = sender();
  play.at(0s, add("a"));
  play.at(0s, add("b"));
  play.at(100ms, [](auto& machine, base::Time) { machine.stop(); });
  play.at(200ms, prack(7));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log{{0ms, ReliableSender::Send{}}}));
}

TEST(ReliableSender, WaitingResponsesAreLimited) {
  auto play = sender();
  for (std::size_t i = 0; i < ReliableSender::waiting_max; ++i) play.at(0s, add("x"));
  play.at(0s, [](auto& machine, base::Time now) {
    EXPECT_FALSE(machine.add("x", false, now));
    EXPECT_EQ(machine.next_rseq(), 7U + ReliableSender::waiting_max);
  });
}

TEST(ReliableReceiver, MTH_09_NumbersGoUpByOneInEachEarlyDialog) {
  ReliableReceiver receiver;
  EXPECT_EQ(receiver.on_provisional("a", 100), Verdict::fresh);
  EXPECT_EQ(receiver.on_provisional("a", 100), Verdict::repeated);
  EXPECT_EQ(receiver.on_provisional("a", 102), Verdict::early);
  EXPECT_EQ(receiver.on_provisional("a", 101), Verdict::fresh);
  EXPECT_EQ(receiver.on_provisional("a", 102), Verdict::fresh);
  EXPECT_EQ(receiver.on_provisional("a", 99), Verdict::repeated);
  EXPECT_EQ(receiver.on_provisional("b", 5), Verdict::fresh);  // another fork counts by itself
  EXPECT_EQ(receiver.on_provisional("b", 6), Verdict::fresh);
}

TEST(ReliableReceiver, EarlyDialogsAreLimited) {
  ReliableReceiver receiver;
  for (std::size_t i = 0; i < ReliableReceiver::dialogs_max; ++i)
    EXPECT_EQ(receiver.on_provisional(std::to_string(i), 1), Verdict::fresh);
  EXPECT_EQ(receiver.on_provisional("one more", 1), Verdict::early);
}
