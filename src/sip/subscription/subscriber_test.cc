// sip/subscription/subscriber_test.cc - RFC 6665 section 4.1, to the millisecond.
#include "sip/subscription/subscriber.h"

#include <gtest/gtest.h>

#include "sim/play.h"

using namespace std::chrono_literals;
using sip::Subscriber;
using Subscribe = Subscriber::Subscribe;
using Ended = Subscriber::Ended;
using Log = std::vector<sim::Play<Subscriber>::Entry>;

namespace {

sim::Play<Subscriber> subscriber() { return sim::Play{Subscriber{sip::Timing{}, 3600s, base::Time{}}}; }

sip::SubscriptionState state(std::string_view text) {
  base::Cursor in{text};
  return *sip::SubscriptionState::parse(in);
}
auto response(Subscriber::Response what, std::string tag = {}) {
  return [=](auto& machine, base::Time now) { machine.on_response(tag, what, now); };
}
auto notify(std::string text, std::uint32_t cseq = 1, int expected = 200, std::string tag = "a") {
  return [=](auto& machine, base::Time now) { EXPECT_EQ(machine.on_notify(tag, cseq, state(text), now), expected); };
}

}  // namespace

TEST(Subscriber, MTH_10_IsRefreshedBeforeItExpires) {
  auto play = subscriber();
  play.at(1s, response({200, 600s}));
  play.at(2s, notify("active;expires=600"));
  play.run_until(600s);
  EXPECT_EQ(play.log(), (Log{{0s, Subscribe{"", 3600s}}, {572s, Subscribe{"a", 3600s}}}));
  play.at(600s, response({200, 600s}, "a"));
  play.run_until(1199s);
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{1170s, Subscribe{"a", 3600s}}));
}

TEST(Subscriber, MTH_10_ShortOnesAreRefreshedAtHalfTime) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=40"));  // before the 200: legal
  play.at(1ms, response({200, 40s}));
  play.run_until(30s);
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{20s, Subscribe{"a", 3600s}}));
}

TEST(Subscriber, MTH_10_WithoutANotifyItIsNothing) {
  auto play = subscriber();
  play.at(1s, response({200, 600s}));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log{{0s, Subscribe{"", 3600s}}, {33s, Ended{0, "no NOTIFY"}}}));
}

TEST(Subscriber, RSP_27_A489EndsItAndA423RaisesExpiresOnce) {
  auto play = subscriber();
  play.at(1s, response({489}));
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{1s, Ended{489, ""}}));
  auto brief = subscriber();
  brief.at(1s, response({423, {}, 7200s}));
  EXPECT_EQ(brief.log().back(), (sim::Play<Subscriber>::Entry{1s, Subscribe{"", 7200s}}));
  brief.at(2s, response({423, {}, 9000s}));
  EXPECT_EQ(brief.log().back(), (sim::Play<Subscriber>::Entry{2s, Ended{423, ""}}));
}

TEST(Subscriber, RSP_27_ARefreshWith481SubscribesAnew) {
  auto play = subscriber();
  play.at(0s, response({200, 60s}));
  play.at(0s, notify("active;expires=60"));
  play.run_until(31s);
  play.at(31s, response({481}, "a"));
  play.run_until(31s);
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{31s, Subscribe{"", 3600s}}));
  EXPECT_EQ(play.machine().dialogs(), 0U);
}

TEST(Subscriber, MTH_10_ARefreshThatFailsForNowIsTriedAgainWhileItLives) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=600"));
  play.run_until(570s);
  play.at(571s, response({503, {}, {}, 10s}, "a"));
  play.run_until(582s);
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{581s, Subscribe{"a", 3600s}}));
}

TEST(Subscriber, MTH_11_OutOfOrderIs500AndAStrangerAfterTheEnd481) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=600", 5));
  play.at(0s, notify("active;expires=600", 5, 500));
  play.at(0s, notify("active;expires=600", 4, 500));
  play.at(0s, notify("active;expires=600", 6));
  play.at(1s, notify("terminated;reason=noresource", 7));
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{1s, Ended{0, "noresource"}}));
  play.at(2s, notify("active;expires=600", 8, 481));
}

TEST(Subscriber, MTH_11_ForkedNotifiesMakeSubscriptionsOfTheirOwn) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=600", 1, 200, "a"));
  play.at(0s, notify("active;expires=300", 1, 200, "b"));
  EXPECT_EQ(play.machine().dialogs(), 2U);
  play.at(1s, notify("terminated;reason=rejected", 2, 200, "a"));
  EXPECT_EQ(play.machine().dialogs(), 1U);
  play.run_until(299s);
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{270s, Subscribe{"b", 3600s}}));
  for (std::size_t i = 1; i < Subscriber::dialogs_max; ++i) play.at(299s, notify("active", 1, 200, "more" + std::to_string(i)));
  play.at(299s, notify("active", 1, 481, "one too many"));
}

TEST(Subscriber, MTH_11_TheReasonOfTheEndSaysWhenToTryAgain) {
  const std::pair<std::string, base::Duration> rows[]{{"deactivated", 0s},          {"timeout", 0s}, {"probation;retry-after=30", 30s},
                                                      {"giveup;retry-after=5", 5s}, {"giveup", 60s}};
  for (const auto& [reason, wait] : rows) {
    auto play = subscriber();
    play.at(0s, notify("active;expires=600"));
    play.at(10s, notify("terminated;reason=" + reason, 2));
    play.run_until(100s);
    EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{10s + wait, Subscribe{"", 3600s}})) << reason;
  }
}

TEST(Subscriber, MTH_10_UnsubscribingWaitsForTheLastNotify) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=600"));
  play.at(5s, [](auto& machine, base::Time now) { machine.unsubscribe(now); });
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{5s, Subscribe{"a", 0s}}));
  play.at(6s, response({200, 0s}, "a"));
  play.at(7s, notify("terminated;reason=timeout", 2));
  EXPECT_EQ(play.log().back(), (sim::Play<Subscriber>::Entry{7s, Ended{0, "timeout"}}));
}

TEST(Subscriber, MTH_10_ASubscriptionThatExpiresUnnoticedIsMadeAnew) {
  auto play = subscriber();
  play.at(0s, notify("active;expires=60"));
  play.run_until(61s);  // the refresh at 30 s was never answered
  EXPECT_EQ(play.log(), (Log{{0s, Subscribe{"", 3600s}}, {30s, Subscribe{"a", 3600s}}, {60s, Subscribe{"", 3600s}}}));
}
