// sip/dialog/session_timer_test.cc - RFC 4028: who refreshes when, and what is refused.
#include "sip/dialog/session_timer.h"

#include <gtest/gtest.h>

#include "sim/play.h"
#include "sip/header/min_se.h"
#include "sip/header/require.h"

using namespace std::chrono_literals;
using sip::Message;
using sip::SessionExpires;
using sip::SessionTerms;
using sip::SessionTimer;
using sip::SessionTimerPolicy;
using Log = std::vector<sim::Play<SessionTimer>::Entry>;
using Refresher = SessionExpires::Refresher;

namespace {

const SessionTimerPolicy policy{true, 1800s, 120s};

Message invite(std::string_view session_expires = {}, std::string_view min_se = {}, std::string_view supported = "timer") {
  auto message = Message::request(sip::Method::invite, "sip:bob@example.com");
  if (!session_expires.empty()) message.add("Session-Expires", session_expires);
  if (!min_se.empty()) message.add("Min-SE", min_se);
  if (!supported.empty()) message.add("Supported", supported);
  return message;
}

sim::Play<SessionTimer> timer(std::chrono::seconds interval, bool we_refresh) {
  sim::Play play{SessionTimer{}};
  play.at(0s, [=](auto& machine, base::Time now) { machine.begin(interval, we_refresh, now); });
  return play;
}

}  // namespace

TEST(SessionTimer, SIP_19_TheRefresherRefreshesAtHalfTime) {
  auto play = timer(1800s, true);
  play.run_until(900s);
  EXPECT_EQ(play.log(), (Log{{900s, SessionTimer::Output::refresh}}));
}

TEST(SessionTimer, SIP_19_ARefreshStartsTheIntervalAgain) {
  auto play = timer(120s, true);
  play.run_until(60s);
  play.at(61s, [](auto& machine, base::Time now) { machine.begin(120s, true, now); });
  play.run_until(121s);
  EXPECT_EQ(play.log(), (Log{{60s, SessionTimer::Output::refresh}, {121s, SessionTimer::Output::refresh}}));
}

TEST(SessionTimer, SIP_19_WithoutARefreshTheSessionEndsBeforeItsTime) {
  auto long_one = timer(1800s, false);
  long_one.run_until(3600s);
  EXPECT_EQ(long_one.log(), (Log{{1768s, SessionTimer::Output::expire}}));  // 32 s before
  auto short_one = timer(90s, false);
  short_one.run_until(3600s);
  EXPECT_EQ(short_one.log(), (Log{{60s, SessionTimer::Output::expire}}));  // a third before
}

TEST(SessionTimer, SIP_19_ARefusedRefreshIsTriedAgainUntilTheEnd) {
  auto play = timer(120s, true);
  play.run_until(60s);
  play.at(60s, [](auto& machine, base::Time now) { machine.on_refresh_refused(now); });
  play.run_until(200s);
  EXPECT_EQ(play.log(), (Log{{60s, SessionTimer::Output::refresh},
                             {88s, SessionTimer::Output::expire}}));
  auto sooner = timer(1800s, true);
  sooner.run_until(900s);
  sooner.at(900s, [](auto& machine, base::Time now) { machine.on_refresh_refused(now); });
  sooner.run_until(1400s);
  EXPECT_EQ(sooner.log(), (Log{{900s, SessionTimer::Output::refresh}, {1350s, SessionTimer::Output::refresh}}));
}

TEST(SessionTimer, SIP_19_A2xxWithoutTermsTurnsItOff) {
  auto play = timer(120s, true);
  play.at(10s, [](auto& machine, base::Time) { machine.stop(); });
  play.run_until(600s);
  EXPECT_TRUE(play.log().empty());
  play.at(600s, [](auto& machine, base::Time now) { machine.on_refresh_refused(now); });
  EXPECT_EQ(play.machine().deadline(), base::never);
}

TEST(SessionTimer, RSP_27_TooSmallAnIntervalIs422ForThoseWhoUnderstand) {
  EXPECT_TRUE(session_interval_too_small(invite("100"), policy));
  EXPECT_FALSE(session_interval_too_small(invite("120"), policy));
  EXPECT_FALSE(session_interval_too_small(invite("100", {}, {}), policy));
  EXPECT_FALSE(session_interval_too_small(invite(), policy));
  EXPECT_FALSE(session_interval_too_small(invite("100"), SessionTimerPolicy{false, 1800s, 120s}));
  EXPECT_TRUE(session_interval_too_small(invite("80"), SessionTimerPolicy{true, 1800s, 10s}));
}

TEST(SessionTimer, SIP_19_TheAnswerTakesTheSmallerIntervalAboveEveryMinimum) {
  EXPECT_EQ(accept_session_interval(invite("600"), policy), (SessionTerms{600s, Refresher::uac}));
  EXPECT_EQ(accept_session_interval(invite("3600"), policy), (SessionTerms{1800s, Refresher::uac}));
  EXPECT_EQ(accept_session_interval(invite("3600", "2400"), policy), (SessionTerms{2400s, Refresher::uac}));
  EXPECT_EQ(accept_session_interval(invite(), policy), (SessionTerms{1800s, Refresher::uac}));
  EXPECT_EQ(accept_session_interval(invite({}, "3000"), policy), (SessionTerms{3000s, Refresher::uac}));
}

TEST(SessionTimer, SIP_19_TheRefresherIsWhoWasNamedOrWhoCan) {
  EXPECT_EQ(accept_session_interval(invite("600;refresher=uas"), policy)->refresher, Refresher::uas);
  EXPECT_EQ(accept_session_interval(invite("600;refresher=uac"), policy)->refresher, Refresher::uac);
  // Put in by a proxy for a caller that does not know timers.
  EXPECT_EQ(accept_session_interval(invite("600", {}, {}), policy), (SessionTerms{600s, Refresher::uas}));
  EXPECT_EQ(accept_session_interval(invite("60", {}, {}), policy)->interval, 120s) << "it cannot be refused, but stretched";
  EXPECT_FALSE(accept_session_interval(invite({}, {}, {}), policy));
  EXPECT_FALSE(accept_session_interval(invite("600"), SessionTimerPolicy{}));
}

TEST(SessionTimer, SIP_19_OnlyACallerThatRefreshesIsRequiredTo) {
  auto ok = Message::response(invite("600"), 200);
  put_session_terms(ok, {600s, Refresher::uac});
  EXPECT_TRUE(ok.has_token<sip::Require>("timer"));
  EXPECT_EQ(session_terms_of(ok), (SessionTerms{600s, Refresher::uac}));
  auto other = Message::response(invite("600"), 200);
  put_session_terms(other, {600s, Refresher::uas});
  EXPECT_FALSE(other.has_token<sip::Require>("timer"));
  EXPECT_FALSE(session_terms_of(Message::response(invite(), 200)));
}

TEST(SessionTimer, SIP_19_WhatWeAskForIsNeverBelowTheMinimum) {
  auto message = Message::request(sip::Method::invite, "sip:bob@example.com");
  ask_for_session_timer(message, SessionTimerPolicy{true, 60s, 30s});
  EXPECT_EQ(message.text_of("Session-Expires"), "90");
  EXPECT_EQ(message.text_of("Min-SE"), "90");
}

TEST(SessionTimer, RSP_27_A422RaisesTheIntervalOnce) {
  auto refusal = Message::response(invite("1800"), 422);
  SessionTimerPolicy mine{true, 1800s, 120s};
  EXPECT_FALSE(heed_min_se(refusal, mine));
  refusal.add("Min-SE", "3600");
  EXPECT_TRUE(heed_min_se(refusal, mine));
  EXPECT_EQ(mine.interval, 3600s);
  EXPECT_EQ(mine.minimum, 3600s);
  EXPECT_FALSE(heed_min_se(refusal, mine)) << "it has got what it demands";
  SessionTimerPolicy long_one{true, 7200s, 120s};
  EXPECT_TRUE(heed_min_se(refusal, long_one));
  EXPECT_EQ(long_one.interval, 7200s);
}
