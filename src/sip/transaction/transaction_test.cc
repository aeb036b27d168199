// sip/transaction/transaction_test.cc - the four machines of RFC 3261 section 17, to the millisecond.
#include <gtest/gtest.h>

#include "sim/play.h"
#include "sip/transaction/client.h"
#include "sip/transaction/invite_client.h"
#include "sip/transaction/invite_server.h"
#include "sip/transaction/server.h"

using namespace std::chrono_literals;
using sip::End;
using sip::Link;

namespace {

template <class Machine>
using Log = std::vector<typename sim::Play<Machine>::Entry>;

sim::Play<sip::InviteClient> invite_client(Link link = Link::datagram) {
  return sim::Play{sip::InviteClient{sip::Timing{}, link, base::Time{}}};
}
sim::Play<sip::Client> client(Link link = Link::datagram) {
  return sim::Play{sip::Client{sip::Timing{}, link, base::Time{}}};
}
sim::Play<sip::InviteServer> invite_server(Link link = Link::datagram) {
  return sim::Play{sip::InviteServer{sip::Timing{}, link}};
}
sim::Play<sip::Server> server(Link link = Link::datagram) { return sim::Play{sip::Server{sip::Timing{}, link}}; }

auto response(int status) {
  return [status](auto& tx, base::Time now) { tx.on_response(status, now); };
}
auto respond(int status) {
  return [status](auto& tx, base::Time now) { tx.respond(status, now); };
}
const auto request = [](auto& tx, base::Time now) { tx.on_request(now); };
const auto ack = [](auto& tx, base::Time now) { tx.on_ack(now); };
const auto broken = [](auto& tx, base::Time) { tx.on_transport_error(); };

using IC = sip::InviteClient;
using C = sip::Client;
using IS = sip::InviteServer;
using S = sip::Server;

}  // namespace

// Section 17.1.1.2: timer A doubles from T1; timer B gives up at 64*T1.
TEST(InviteClient, TRX_01_AnUnansweredInviteIsSentSevenTimesThenTimesOut) {
  auto play = invite_client();
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log<IC>{{0ms, IC::SendRequest{}},
                                 {500ms, IC::SendRequest{}},
                                 {1500ms, IC::SendRequest{}},
                                 {3500ms, IC::SendRequest{}},
                                 {7500ms, IC::SendRequest{}},
                                 {15500ms, IC::SendRequest{}},
                                 {31500ms, IC::SendRequest{}},
                                 {32s, IC::Ended{End::timeout}}}));
}

TEST(InviteClient, TRX_01_OverAStreamNothingIsRepeated) {
  auto play = invite_client(Link::stream);
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log<IC>{{0ms, IC::SendRequest{}}, {32s, IC::Ended{End::timeout}}}));
}

TEST(InviteClient, AProvisionalAnswerSilencesEveryTimer) {
  auto play = invite_client();
  play.run_until(100ms);
  play.feed(response(180));
  play.run_until(24h);
  EXPECT_EQ(play.log(), (Log<IC>{{0ms, IC::SendRequest{}}, {100ms, IC::Deliver{180}}}));
  EXPECT_EQ(play.machine().deadline(), base::never);
}

TEST(InviteClient, ARepeatedFailureIsAcknowledgedAgainButDeliveredOnce) {
  auto play = invite_client();
  play.feed(response(486));
  play.run_until(1s);
  play.feed(response(486));
  play.run_until(60s);
  EXPECT_EQ(play.log(), (Log<IC>{{0ms, IC::SendRequest{}},
                                 {0ms, IC::SendAck{}},
                                 {0ms, IC::Deliver{486}},
                                 {1s, IC::SendAck{}},
                                 {32s, IC::Ended{End::finished}}}));
}

TEST(InviteClient, OverAStreamAFailureEndsItAtOnce) {
  auto play = invite_client(Link::stream);
  play.feed(response(404));
  play.run_until(1s);
  EXPECT_EQ(play.log().back(), (Log<IC>::value_type{0ms, IC::Ended{End::finished}}));
}

// RFC 6026 section 7.2: every 2xx goes up for 64*T1, failures that come late do not.
TEST(InviteClient, Every2xxIsDeliveredBecauseForksAnswerToo) {
  auto play = invite_client();
  play.feed(response(200));
  play.run_until(1s);
  play.feed(response(200));
  play.feed(response(486));
  play.feed(response(180));
  play.run_until(2min);
  EXPECT_EQ(play.log(), (Log<IC>{{0ms, IC::SendRequest{}},
                                 {0ms, IC::Deliver{200}},
                                 {1s, IC::Deliver{200}},
                                 {32s, IC::Ended{End::finished}}}));
}

TEST(InviteClient, TRX_01_AnAbandonedOneDoesNotWaitForeverForItsAnswer) {
  const auto abandon = [](auto& tx, base::Time now) { tx.abandon(now); };
  auto play = invite_client();
  play.at(100ms, response(180));
  play.at(10s, abandon);
  play.at(20s, response(180));
  play.at(30s, abandon);
  play.run_until(200s);
  EXPECT_EQ(play.log().back(), (Log<IC>::value_type{42s, IC::Ended{End::timeout}}));
  auto answered = invite_client();
  answered.at(100ms, response(180));
  answered.at(10s, abandon);
  answered.at(11s, response(487));
  answered.run_until(200s);
  EXPECT_EQ(answered.log().back(), (Log<IC>::value_type{43s, IC::Ended{End::finished}}));
}

TEST(InviteClient, ABrokenTransportEndsItOnlyWhereSomethingHadToBeSent) {
  auto calling = invite_client();
  calling.feed(broken);
  EXPECT_EQ(calling.log().back().what, (IC::Output{IC::Ended{End::transport_error}}));
  auto proceeding = invite_client();
  proceeding.feed(response(180));
  proceeding.feed(broken);
  EXPECT_EQ(proceeding.machine().state(), IC::State::proceeding);
}

// Section 17.1.2.2: timer E doubles up to T2 and stays there.
TEST(Client, TRX_01_AnUnansweredRequestIsSentElevenTimesThenTimesOut) {
  auto play = client();
  play.run_until(60s);
  Log<C> expected;
  for (const auto at : {0ms, 500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms})
    expected.push_back({at, C::SendRequest{}});
  expected.push_back({32s, C::Ended{End::timeout}});
  EXPECT_EQ(play.log(), expected);
}

TEST(Client, AProvisionalAnswerSlowsItDownToT2) {
  auto play = client();
  play.feed(response(100));
  play.run_until(9s);
  EXPECT_EQ(play.log(), (Log<C>{{0ms, C::SendRequest{}},
                                {0ms, C::Deliver{100}},
                                {500ms, C::SendRequest{}},
                                {4500ms, C::SendRequest{}},
                                {8500ms, C::SendRequest{}}}));
}

TEST(Client, AFinalAnswerIsDeliveredOnceAndRepetitionsAreAbsorbedForT4) {
  auto play = client();
  play.feed(response(200));
  play.run_until(1s);
  play.feed(response(200));
  play.run_until(10s);
  EXPECT_EQ(play.log(),
            (Log<C>{{0ms, C::SendRequest{}}, {0ms, C::Deliver{200}}, {5s, C::Ended{End::finished}}}));
}

// Section 17.2.1: timer G doubles up to T2 until the ACK; timer H gives up.
TEST(InviteServer, TRX_01_AFailureIsRepeatedUntilTimerH) {
  auto play = invite_server();
  play.feed(respond(486));
  play.run_until(60s);
  Log<IS> expected;
  for (const auto at : {0ms, 500ms, 1500ms, 3500ms, 7500ms, 11500ms, 15500ms, 19500ms, 23500ms, 27500ms, 31500ms})
    expected.push_back({at, IS::SendResponse{}});
  expected.push_back({32s, IS::Ended{End::timeout}});
  EXPECT_EQ(play.log(), expected);
}

TEST(InviteServer, TheAckSilencesItAndLateOnesAreAbsorbedForT4) {
  auto play = invite_server();
  play.feed(respond(486));
  play.feed(ack);
  play.run_until(2s);
  play.feed(ack);
  play.feed(request);
  play.run_until(20s);
  EXPECT_EQ(play.log(), (Log<IS>{{0ms, IS::SendResponse{}}, {5s, IS::Ended{End::finished}}}));
}

TEST(InviteServer, TRX_02_ARepeatedInviteGetsTheLastAnswerAgain) {
  auto play = invite_server();
  play.feed(request);  // nothing said yet: nothing to repeat
  play.feed(respond(180));
  play.feed(request);
  EXPECT_EQ(play.log(), (Log<IS>{{0ms, IS::SendResponse{}}, {0ms, IS::SendResponse{}}}));
}

// RFC 6026 section 7.1: in Accepted the INVITE is absorbed and the user may repeat its 2xx.
TEST(InviteServer, RSP_05_After2xxOnlyTheUserRepeatsIt) {
  auto play = invite_server();
  play.feed(respond(200));
  play.feed(request);
  play.run_until(500ms);
  play.feed(respond(200));
  play.feed(respond(500));
  play.run_until(60s);
  EXPECT_EQ(play.log(),
            (Log<IS>{{0ms, IS::SendResponse{}}, {500ms, IS::SendResponse{}}, {32s, IS::Ended{End::finished}}}));
}

TEST(InviteServer, OverAStreamAFailureIsSentOnce) {
  auto play = invite_server(Link::stream);
  play.feed(respond(404));
  play.run_until(1s);
  play.feed(ack);
  play.run_until(40s);
  EXPECT_EQ(play.log(), (Log<IS>{{0ms, IS::SendResponse{}}, {1s, IS::Ended{End::finished}}}));
}

TEST(InviteServer, AnAnswerAfterTheFinalOneIsIgnored) {
  auto play = invite_server();
  play.feed(respond(486));
  play.feed(respond(200));
  EXPECT_EQ(play.log().size(), 1U);
}

TEST(Server, TRX_02_RetransmissionsAreAbsorbedAndAnsweredFor64T1) {
  auto play = server();
  play.feed(request);
  play.feed(respond(200));
  play.run_until(31s);
  play.feed(request);
  play.feed(respond(500));
  play.run_until(60s);
  EXPECT_EQ(play.log(),
            (Log<S>{{0ms, S::SendResponse{}}, {31s, S::SendResponse{}}, {32s, S::Ended{End::finished}}}));
}

TEST(Server, OverAStreamItEndsWithItsAnswer) {
  auto play = server(Link::stream);
  play.feed(respond(100));
  play.feed(respond(200));
  play.run_until(1s);
  EXPECT_EQ(play.log(),
            (Log<S>{{0ms, S::SendResponse{}}, {0ms, S::SendResponse{}}, {0ms, S::Ended{End::finished}}}));
}

TEST(Server, ABrokenTransportEndsIt) {
  auto play = server();
  play.feed(respond(200));
  play.feed(broken);
  EXPECT_EQ(play.log().back().what, (S::Output{S::Ended{End::transport_error}}));
}
