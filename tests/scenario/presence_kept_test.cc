// tests/scenario/presence_kept_test.cc - what outlives a restart, and what waits for those who are away.
#include <gtest/gtest.h>

#include "sim/raw_agent.h"
#include "sim/watcher.h"
#include "store/database.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::header;

namespace {

constexpr std::string_view blind = R"(<param name="accept-blind-reg" value="true"/>)";

struct Keeper {
  explicit Keeper(std::string_view params = {}) : house{"", 1, 2, std::string{blind} + std::string{params}} {
    house.keeping.storage = std::make_shared<store::Database>(":memory:");
    house.restart();
  }

  scenario::House house;
  sim::Host& alices = house.world.add_host("alice", {scenario::alice_ip});
  sim::Host& bobs = house.world.add_host("bob", {scenario::bob_ip});
  sim::RawAgent alice{house.world, alices}, bob{house.world, bobs};
  int asked = 0;

  std::string ask(sim::RawAgent& by, const std::string& method, const std::string& from, const std::string& to,
                  const std::vector<std::string>& more, const std::string& body = {}) {
    const auto number = std::to_string(++asked);
    std::string text = method + " sip:" + to + "@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + by.address().text() + ";branch=z9hG4bK" + number +
                       "\r\nMax-Forwards: 70\r\nFrom: <sip:" + from + "@10.0.0.1>;tag=" + number + "\r\nTo: <sip:" + to +
                       "@10.0.0.1>\r\nCall-ID: k" + number + "\r\nCSeq: " + number + " " + method + "\r\n";
    for (const auto& line : more) text += line + "\r\n";
    by.send(house.address(), text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return by.take();
  }
  int message(const std::string& body, const std::vector<std::string>& more = {}) {
    auto lines = more;
    lines.emplace_back("Content-Type: text/plain");
    return sim::status_of(ask(alice, "MESSAGE", "alice", "bob", lines, body));
  }
  void register_bob(int expires = 600) {
    EXPECT_EQ(sim::status_of(ask(bob, "REGISTER", "bob", "bob", {"Contact: <sip:bob@10.0.0.3>", "Expires: " + std::to_string(expires)})), 200);
  }
  /// The next request that comes to bob, which is answered.
  std::string taken(int status = 200) {
    auto request = bob.take(3s);
    if (!request.empty()) bob.send(house.address(), sim::answer_to(request, status, "So", "b"));
    return request;
  }
  std::size_t waiting() {
    return house.server->at(0).message_store.waiting() + house.server->at(1).message_store.waiting();
  }
};

}  // namespace

TEST(Kept, MTH_10_SubscriptionsGoOnAfterARestartAndTheirNumbersOnlyGrow) {
  Keeper town;
  sim::Watcher watcher{town.alices, "alice", town.house.address(), 5070};
  auto& lamp = watcher.subscribe("sip:bob@10.0.0.1", "dialog");
  auto& gone = watcher.subscribe("sip:bob@10.0.0.1", "presence", 100);
  town.house.world.run_for(3s);
  ASSERT_EQ(lamp.bodies.size(), 1U);
  const auto before = lamp.last_cseq();
  watcher.refresh(gone, 0);
  town.house.world.run_for(3s);
  for (int i = 0; i < 2; ++i) {
    const auto last = lamp.last_cseq();
    town.house.restart();
    town.house.world.run_for(3s);
    EXPECT_EQ(lamp.bodies.size(), 2U + static_cast<std::size_t>(i)) << "it is told how things are";
    EXPECT_GT(lamp.last_cseq(), last);
    EXPECT_NE(lamp.bodies.back().find("state=\"full\""), std::string::npos);
  }
  EXPECT_GT(lamp.last_cseq(), before + 1);
  EXPECT_EQ(gone.state(), "terminated;reason=timeout");
  watcher.refresh(lamp, 600);
  town.house.world.run_for(2s);
  EXPECT_EQ(lamp.status(), 200);
  EXPECT_EQ(lamp.state(), "active;expires=600");
  town.house.world.run_for(700s);
  EXPECT_EQ(lamp.state(), "terminated;reason=timeout");
  town.house.restart();
  const auto all = lamp.bodies.size();
  town.house.world.run_for(3s);
  EXPECT_EQ(lamp.bodies.size(), all);
}

TEST(Kept, MTH_10_TheReserveOfNumbersIsWrittenAgainBeforeItIsUsedUp) {
  Keeper town{R"(<param name="notify-min-interval" value="0"/>)"};
  sim::Watcher watcher{town.alices, "alice", town.house.address(), 5070};
  auto& lamp = watcher.subscribe("sip:bob@10.0.0.1", "message-summary");
  town.house.world.run_for(1s);
  for (std::uint32_t i = 1; i <= presence::Subscription::cseq_reserve + 10; ++i) {
    town.house.server->at(0).state_agent.set_messages("bob@10.0.0.1", {i, 0, 0, 0});
    town.house.world.run_for(10ms);
  }
  town.house.world.run_for(1s);
  const auto last = lamp.last_cseq();
  EXPECT_GT(last, presence::Subscription::cseq_reserve);
  town.house.restart();
  town.house.world.run_for(2s);
  EXPECT_GT(lamp.last_cseq(), last);
}

TEST(Kept, MTH_15_AMessageWaitsForItsReceiverInOrderAndOverARestart) {
  Keeper town;
  EXPECT_EQ(town.message("first"), 202);
  EXPECT_EQ(town.message("second", {"Subject: two"}), 202);
  EXPECT_EQ(town.waiting(), 2U);
  town.house.world.run_for(1s);
  town.house.restart();
  town.house.world.run_for(1s);
  EXPECT_EQ(town.waiting(), 2U);
  town.register_bob();
  const auto first = town.taken();
  EXPECT_EQ(sim::first_line(first), "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(sim::body_of(first), "first");
  EXPECT_EQ(header(first, "Date"), "Mon, 23 Nov 2026 09:00:00 GMT");
  EXPECT_NE(header(first, "From").find("sip:alice@10.0.0.1"), std::string::npos);
  const auto second = town.taken();
  EXPECT_EQ(sim::body_of(second), "second");
  EXPECT_EQ(header(second, "Subject"), "two");
  EXPECT_TRUE(town.bob.quiet(2s));
  EXPECT_EQ(town.waiting(), 0U);
  town.house.restart();
  town.house.world.run_for(1s);
  EXPECT_TRUE(town.bob.quiet(2s)) << "what was taken is forgotten";
}

TEST(Kept, MTH_15_WhoIsNotReadyIsAskedAgainAndWhoRefusesIsNot) {
  Keeper town;
  town.message("first");
  town.message("second");
  town.register_bob();
  EXPECT_EQ(sim::body_of(town.taken(480)), "first");
  EXPECT_TRUE(town.bob.quiet(5s));
  town.register_bob();
  EXPECT_EQ(sim::body_of(town.taken(415)), "first");
  EXPECT_EQ(sim::body_of(town.taken()), "second");
  town.house.world.run_for(1s);
  EXPECT_EQ(town.waiting(), 0U);
}

TEST(Kept, MTH_15_WhatNobodyFetchesExpires) {
  Keeper town{R"(<param name="offline-message-expires" value="1h"/>)"};
  town.message("short", {"Expires: 60"});
  town.message("long");
  town.house.world.run_for(120s);
  town.register_bob(60);
  EXPECT_EQ(sim::body_of(town.taken()), "long");
  EXPECT_TRUE(town.bob.quiet(2s));
  town.house.world.run_for(180s);
  town.message("never");
  town.house.world.run_for(3h);
  EXPECT_EQ(town.waiting(), 0U);
  EXPECT_EQ(town.message("too brief", {"Expires: 0"}), 480);
}

TEST(Kept, MTH_15_LimitsOfWhatIsKept) {
  Keeper town;
  for (std::size_t i = 0; i < presence::MessageStore::of_user_max; ++i) EXPECT_EQ(town.message("m"), 202);
  EXPECT_EQ(town.message("one too many"), 480);
  Keeper other;
  EXPECT_EQ(other.message(std::string(presence::MessageStore::bytes_max, 'x')), 480);
  EXPECT_EQ(sim::status_of(other.ask(other.alice, "MESSAGE", "alice", "bob", {"Content-Type: application/im-iscomposing+xml"}, "<x/>")), 480);
  Keeper none{R"(<param name="offline-message-expires" value="0"/>)"};
  EXPECT_EQ(none.message("hi"), 480);
}

TEST(Kept, PRS_02_APhoneIsToldOfWaitingMessagesWhenItRegisters) {
  Keeper town{R"(<param name="send-message-query-on-register" value="first-only"/>)"};
  town.house.server->at(0).state_agent.set_messages("bob@10.0.0.1", {3, 1, 0, 0});
  town.register_bob();
  const auto told = town.taken();
  EXPECT_EQ(sim::first_line(told), "NOTIFY sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(header(told, "Event"), "message-summary");
  EXPECT_NE(sim::body_of(told).find("Voice-Message: 3/1 (0/0)"), std::string::npos);
  town.register_bob();
  EXPECT_TRUE(town.bob.quiet(2s)) << "a refresh is not the first";
  town.house.server->at(1).state_agent.set_messages("bob@10.0.0.1", {0, 4, 0, 0});
  EXPECT_NE(sim::body_of(town.taken()).find("Messages-Waiting: no"), std::string::npos);
}

TEST(Kept, PRS_01_AGroupOfTheDirectoryIsAList) {
  Keeper town;
  const auto end = town.house.xml.find("</domain>");
  town.house.xml.insert(end, R"(<groups><group name="team"><users><user id="alice" type="pointer"/><user id="bob" type="pointer"/></users></group></groups>)");
  town.house.restart();
  sim::Watcher watcher{town.alices, "alice", town.house.address(), 5070};
  std::vector<std::string> types;
  watcher.on_notify = [&](sim::Watcher::Subscription& subscription, const sip::Message& notify) {
    types.emplace_back(notify.content_type());
    EXPECT_EQ(notify.text_of("Require"), "eventlist");
    subscription.bodies.emplace_back(notify.body());
  };
  EXPECT_EQ((town.house.world.run_for(1s), watcher.subscribe("sip:team@10.0.0.1", "presence").status()), 0);
  auto& refused = *watcher.subscriptions().back();
  auto& list = watcher.subscribe("sip:team@10.0.0.1", "presence", 600, {{"Supported", "eventlist"}});
  town.house.world.run_for(2s);
  EXPECT_EQ(refused.status(), 421);
  ASSERT_EQ(list.bodies.size(), 1U);
  EXPECT_EQ(types.front().substr(0, 48), "multipart/related;type=\"application/rlmi+xml\";st");
  const auto& whole = list.bodies.front();
  EXPECT_NE(whole.find("fullState=\"true\""), std::string::npos) << whole;
  EXPECT_NE(whole.find("entity=\"sip:alice@10.0.0.1\""), std::string::npos) << whole;
  EXPECT_NE(whole.find("entity=\"sip:bob@10.0.0.1\""), std::string::npos) << whole;
  town.register_bob();
  town.house.world.run_for(2s);
  ASSERT_EQ(list.bodies.size(), 2U);
  EXPECT_NE(list.bodies.back().find("fullState=\"false\""), std::string::npos);
  EXPECT_EQ(list.bodies.back().find("entity=\"sip:alice@10.0.0.1\""), std::string::npos) << "she has not changed";
  EXPECT_NE(list.bodies.back().find("<basic>open</basic>"), std::string::npos);
  town.house.restart();
  town.house.world.run_for(2s);
  ASSERT_EQ(list.bodies.size(), 3U);
  EXPECT_NE(list.bodies.back().find("fullState=\"true\""), std::string::npos);
}
