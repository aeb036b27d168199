// sip/registration_test.cc - a registration's life in virtual time.
#include "sip/registration.h"

#include <gtest/gtest.h>

#include <vector>

using namespace std::chrono_literals;
using State = sip::Registration::State;

namespace {

struct Course {
  base::Time now{1h};
  sip::Registration machine;
  explicit Course(sip::Registration::Options options = {}) : machine{options, now} {}

  /// Runs until a REGISTER is to be sent, and answers when and with what.
  std::optional<std::pair<base::Duration, std::chrono::seconds>> next(base::Duration limit = 24h) {
    const auto began = now;
    for (;;) {
      if (const auto send = machine.poll()) return std::pair{now - began, send->expires};
      if (machine.deadline() > began + limit) return std::nullopt;
      now = std::max(now, machine.deadline());
      machine.on_time(now);
    }
  }
  void reply(int status, std::optional<std::chrono::seconds> granted = {}) {
    sip::Registration::Reply reply;
    reply.status = status;
    reply.granted = granted;
    machine.on_reply(reply, now);
  }
};

}  // namespace

TEST(Registration, GW02_RegistersAtOnceAndRenewsBeforeTheEnd) {
  Course run;
  EXPECT_EQ(run.machine.state(), State::unreged);
  EXPECT_EQ(run.next(), (std::pair<base::Duration, std::chrono::seconds>{0s, 3600s}));
  EXPECT_EQ(run.machine.state(), State::trying);
  run.reply(200, 600s);
  EXPECT_EQ(run.machine.state(), State::reged);
  EXPECT_TRUE(run.machine.registered(run.now + 599s));
  EXPECT_FALSE(run.machine.registered(run.now + 600s));
  EXPECT_EQ(run.next()->first, 540s);
  run.reply(200, 600s);
  EXPECT_EQ(run.machine.state(), State::reged);
}

TEST(Registration, ShortRegistrationsAreRenewedHalfWay) {
  EXPECT_EQ(sip::refresh_after(60s), 54s);
  EXPECT_EQ(sip::refresh_after(10s), 5s);
  EXPECT_EQ(sip::refresh_after(2s), sip::Registration::refresh_min);
  EXPECT_EQ(sip::refresh_after(24h), 24h - 60s);
}

TEST(Registration, AnswersAChallengeAtOnce) {
  Course run;
  run.next();
  sip::Registration::Reply challenge;
  challenge.status = 401;
  challenge.answerable = true;
  run.machine.on_reply(challenge, run.now);
  EXPECT_EQ(run.next()->first, 0s);
  run.reply(200);
  EXPECT_EQ(run.machine.state(), State::reged);
}

TEST(Registration, AWrongPasswordWaitsLongerEachTime) {
  Course run{{.retry = 30s}};
  run.next();
  for (const auto pause : {30s, 60s, 120s, 240s, 240s}) {
    run.reply(403);
    EXPECT_EQ(run.machine.state(), State::failed);
    run.now += sip::Registration::failed_shown;
    run.machine.on_time(run.now);
    EXPECT_EQ(run.machine.state(), State::fail_wait);
    EXPECT_EQ(run.next()->first, pause - sip::Registration::failed_shown);
  }
  EXPECT_EQ(run.machine.failures(), 5);
  run.reply(200, 60s);
  EXPECT_EQ(run.machine.failures(), 0);
}

TEST(Registration, NoAnswerIsAFailureToo) {
  Course run;
  run.next();
  run.reply(0);
  EXPECT_EQ(run.machine.state(), State::failed);
  EXPECT_EQ(run.next()->first, 30s);
}

TEST(Registration, TakesTheIntervalThatA423AsksFor) {
  Course run{{.expires = 60s}};
  run.next();
  sip::Registration::Reply brief;
  brief.status = 423;
  brief.min_expires = 1800s;
  run.machine.on_reply(brief, run.now);
  EXPECT_EQ(run.next(), (std::pair<base::Duration, std::chrono::seconds>{0s, 1800s}));
  run.machine.on_reply(brief, run.now);  // the same again: it has failed
  EXPECT_EQ(run.machine.state(), State::failed);
  EXPECT_EQ(run.next()->second, 1800s);
}

TEST(Registration, RetryAfterIsKeptWithinAnHour) {
  Course run;
  run.next();
  sip::Registration::Reply busy;
  busy.status = 503;
  busy.retry_after = 120s;
  run.machine.on_reply(busy, run.now);
  EXPECT_EQ(run.next()->first, 120s);
  busy.retry_after = std::chrono::seconds{1'000'000};
  run.machine.on_reply(busy, run.now);
  EXPECT_EQ(run.next()->first, sip::Registration::pause_max);
}

TEST(Registration, A200ThatDoesNotHaveUsIsAFailure) {
  Course run;
  run.next();
  run.reply(200, 0s);
  EXPECT_EQ(run.machine.state(), State::failed);
}

TEST(Registration, IsTakenBackAndStaysSo) {
  Course run;
  run.next();
  run.reply(200, 600s);
  run.machine.unregister(run.now);
  EXPECT_EQ(run.next()->second, 0s);
  EXPECT_EQ(run.machine.state(), State::unregister);
  sip::Registration::Reply challenge;
  challenge.status = 401;
  challenge.answerable = true;
  run.machine.on_reply(challenge, run.now);
  EXPECT_EQ(run.next()->second, 0s);
  run.reply(200);
  EXPECT_EQ(run.machine.state(), State::unreged);
  EXPECT_FALSE(run.machine.registered(run.now));
  EXPECT_FALSE(run.next());
  run.machine.start(run.now);
  EXPECT_EQ(run.next()->second, 3600s);
}

TEST(Registration, WhatWasNeverThereIsNotTakenBack) {
  Course run;
  run.next();
  run.reply(403);
  run.machine.unregister(run.now);
  EXPECT_EQ(run.machine.state(), State::unreged);
  EXPECT_FALSE(run.next());
}

TEST(Registration, NoregNeverRegisters) {
  Course run{{.registers = false}};
  EXPECT_EQ(run.machine.state(), State::noreg);
  EXPECT_FALSE(run.next());
  run.machine.unregister(run.now);
  EXPECT_EQ(run.machine.state(), State::noreg);
  EXPECT_EQ(sip::name(State::noreg), "NOREG");
}

TEST(Registration, LateAnswersChangeNothing) {
  Course run;
  run.next();
  run.reply(200, 600s);
  run.reply(403);
  EXPECT_EQ(run.machine.state(), State::reged);
}
