// sip/subscription/notifier_test.cc - RFC 6665 section 4.2, to the millisecond.
#include "sip/subscription/notifier.h"

#include <gtest/gtest.h>

#include "sim/play.h"

using namespace std::chrono_literals;
using sip::Notifier;
using State = Notifier::State;
using Notify = Notifier::Notify;
using Log = std::vector<sim::Play<Notifier>::Entry>;
using Seconds = std::optional<std::chrono::seconds>;

namespace {

sim::Play<Notifier> notifier(State state = State::active) { return sim::Play{Notifier{{}, state}}; }

auto subscribe(Seconds wanted, Notifier::Answer expected) {
  return [=](auto& machine, base::Time now) { EXPECT_EQ(machine.on_subscribe(wanted, now), expected); };
}
auto answer(int status, Seconds retry_after = {}) {
  return [=](auto& machine, base::Time now) { machine.on_answer(status, retry_after, now); };
}
const auto change = [](auto& machine, base::Time now) { machine.on_change(now); };

}  // namespace

TEST(Notifier, MTH_11_EverySubscribeIsFollowedByANotify) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(10ms, answer(200));
  play.at(300s, subscribe(600s, {200, 600s}));
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}}, {300s, Notify{State::active, 600s}}}));
}

TEST(Notifier, MTH_10_ExpiresIsDefaultedCappedAndNotTooBrief) {
  auto play = notifier();
  play.at(0s, subscribe({}, {200, 3600s}));
  play.at(0s, subscribe(999'999s, {200, 86'400s}));
  play.at(0s, subscribe(59s, {423, 60s}));
  EXPECT_EQ(play.machine().state(), State::active);
}

TEST(Notifier, MTH_10_ExpiresZeroEndsItWithAFinalNotify) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(1ms, answer(200));
  play.at(1s, subscribe(0s, {200, 0s}));
  play.at(1001ms, answer(200));
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}},
                             {1s, Notify{State::terminated, 0s, "timeout"}},
                             {1001ms, Notifier::Ended{}}}));
  play.at(2s, subscribe(600s, {481, 0s}));
}

TEST(Notifier, MTH_10_AFetchIsOneNotify) {
  auto play = notifier();
  play.at(0s, subscribe(0s, {200, 0s}));
  play.at(1ms, answer(200));
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::terminated, 0s, "timeout"}}, {1ms, Notifier::Ended{}}}));
}

TEST(Notifier, MTH_11_WithoutRefreshItTimesOut) {
  auto play = notifier();
  play.at(0s, subscribe(60s, {200, 60s}));
  play.at(1ms, answer(200));
  play.run_until(100s);
  EXPECT_EQ(play.log().back(), (sim::Play<Notifier>::Entry{60s, Notify{State::terminated, 0s, "timeout"}}));
}

TEST(Notifier, MTH_11_ChangesWhileOneIsUnderWayAreGathered) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(10ms, change);
  play.at(20ms, change);
  play.at(3s, answer(200));
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}}, {3s, Notify{State::active, 597s}}}));
}

TEST(Notifier, MTH_11_ChangesAreASecondApart) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(1ms, answer(200));
  play.at(100ms, change);
  play.at(200ms, change);
  play.run_until(5s);
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}}, {1s, Notify{State::active, 599s}}}));
}

TEST(Notifier, MTH_11_A481RemovesItAndSoDoesSilence) {
  for (const int status : {481, 0, 403}) {
    auto play = notifier();
    play.at(0s, subscribe(600s, {200, 600s}));
    play.at(1s, answer(status));
    EXPECT_EQ(play.log().back(), (sim::Play<Notifier>::Entry{1s, Notifier::Ended{}}));
    EXPECT_EQ(play.machine().deadline(), base::never);
  }
}

TEST(Notifier, MTH_11_ARetryAfterKeepsIt) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(1s, answer(503, 30s));
  play.run_until(40s);
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}}, {31s, Notify{State::active, 569s}}}));
}

TEST(Notifier, MTH_11_AfterARestartItGoesOnAndTheWatcherIsToldHowThingsAre) {
  auto play = notifier();
  play.at(5s, [](auto& machine, base::Time now) { machine.resume(20s, now); });
  play.at(6s, answer(200));
  play.run_until(30s);
  EXPECT_EQ(play.log(), (Log{{5s, Notify{State::active, 20s}}, {25s, Notify{State::terminated, 0s, "timeout"}}}));
}

TEST(Notifier, MTH_11_PendingUntilSomebodyAgrees) {
  auto play = notifier(State::pending);
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(1ms, answer(200));
  play.at(5s, [](auto& machine, base::Time now) { machine.activate(now); });
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::pending, 600s}}, {5s, Notify{State::active, 595s}}}));
}

TEST(Notifier, MTH_11_TheEndHasAReason) {
  auto play = notifier();
  play.at(0s, subscribe(600s, {200, 600s}));
  play.at(1s, [](auto& machine, base::Time now) { machine.end("probation", 30s, now); });
  play.at(2s, answer(200));
  play.at(3s, answer(200));
  EXPECT_EQ(play.log(), (Log{{0s, Notify{State::active, 600s}},
                             {2s, Notify{State::terminated, 0s, "probation", 30s}},
                             {3s, Notifier::Ended{}}}));
  EXPECT_EQ((Notify{State::terminated, 0s, "probation", 30s}).value(), "terminated;reason=probation;retry-after=30");
  EXPECT_EQ((Notify{State::active, 569s}).value(), "active;expires=569");
}
