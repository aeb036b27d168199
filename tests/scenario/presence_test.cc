// tests/scenario/presence_test.cc - presence, lamps, messages that wait and lists against a whole server.
#include <gtest/gtest.h>

#include "sim/agent.h"
#include "sim/raw_agent.h"
#include "sim/watcher.h"
#include "tests/scenario/flow.h"

using namespace std::chrono_literals;
using sim::header;
using testing::Test;

namespace {

constexpr std::string_view params = R"(<param name="accept-blind-reg" value="true"/>)";
constexpr std::string_view dialplan =
    R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="{presence_id=bob@10.0.0.1}sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="orbit"><condition field="destination_number" expression="^orbit$">
<action application="answer"/><action application="set" data="presence_id=orbit@10.0.0.1"/><action application="park"/>
</condition></extension>)";

constexpr std::string_view open_document =
    R"(<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:bob@10.0.0.1"><tuple id="t1"><status><basic>open</basic></status>
<contact>sip:bob@10.0.0.3</contact><note>At my desk</note></tuple></presence>)";
constexpr std::string_view away_document =
    R"(<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model"
 xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="sip:bob@10.0.0.1"><tuple id="t1"><status><basic>closed</basic></status></tuple>
<dm:person id="p"><rpid:activities><rpid:away/></rpid:activities></dm:person></presence>)";

struct Town {
  explicit Town(std::uint16_t shards = 2, std::string_view more = {}) : house{dialplan, 1, shards, std::string{params} + std::string{more}} {}

  scenario::House house;
  sim::Host& alices = house.world.add_host("alice", {scenario::alice_ip});
  sim::Host& bobs = house.world.add_host("bob", {scenario::bob_ip});
  sim::Watcher watcher{alices, "alice", house.address(), 5070};
  sim::RawAgent raw{house.world, bobs, 5090};
  int cseq = 0;

  /// What the newest NOTIFY of a subscription says.
  std::string seen(const sim::Watcher::Subscription& subscription) {
    house.world.run_for(2s);
    return subscription.bodies.empty() ? "" : subscription.bodies.back();
  }
  std::string ask(const std::string& method, const std::string& user, std::initializer_list<std::string> more,
                  std::string_view body = {}) {
    const auto number = std::to_string(++cseq);
    std::string text = method + " sip:" + user + "@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5090;branch=z9hG4bK" + number +
                       "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user + "@10.0.0.1>;tag=p\r\nTo: <sip:" + user +
                       "@10.0.0.1>\r\nCall-ID: p" + number + "\r\nCSeq: " + number + " " + method + "\r\n";
    for (const auto& line : more) text += line + "\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    raw.send(house.address(), text + std::string{body});
    return raw.take();
  }
  std::string publish(std::string_view body, std::initializer_list<std::string> more = {}) {
    std::vector<std::string> lines{"Event: presence"};
    if (!body.empty()) lines.emplace_back("Content-Type: application/pidf+xml");
    lines.insert(lines.end(), more);
    if (lines.size() == 1) return ask("PUBLISH", "bob", {lines[0]}, body);
    if (lines.size() == 2) return ask("PUBLISH", "bob", {lines[0], lines[1]}, body);
    return ask("PUBLISH", "bob", {lines[0], lines[1], lines[2]}, body);
  }
  void register_bob(int expires) {
    EXPECT_EQ(sim::status_of(ask("REGISTER", "bob", {"Contact: <sip:bob@10.0.0.3:5060>", "Expires: " + std::to_string(expires)})), 200);
  }
  std::size_t resources() {
    std::size_t count = 0;
    for (std::uint16_t id = 0; id < house.server->count(); ++id) count += house.server->at(id).state_agent.resources();
    return count;
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST(Presence, PRS_01_WhoPublishesIsSeenAndWhoOnlyRegistersIsOpen) {
  Town town;
  auto& watch = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
  EXPECT_TRUE(has(town.seen(watch), "<tuple id=\"registration\"><status><basic>closed</basic></status></tuple>")) << watch.bodies.back();
  EXPECT_EQ(watch.status(), 200);
  town.register_bob(300);
  EXPECT_TRUE(has(town.seen(watch), "<basic>open</basic>"));
  const auto answer = town.publish(away_document, {"Expires: 600"});
  EXPECT_EQ(sim::status_of(answer), 200);
  EXPECT_EQ(header(answer, "Expires"), "600");
  const auto away = town.seen(watch);
  EXPECT_TRUE(has(away, "entity=\"sip:bob@10.0.0.1\"")) << away;
  EXPECT_TRUE(has(away, "<basic>closed</basic>") && has(away, "<rpid:away/>")) << away;
  EXPECT_EQ(watch.bodies.size(), 3U);
}

TEST(Presence, MTH_12_PublishCreatesRefreshesModifiesAndRemoves) {
  Town town;
  auto& watch = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
  const auto first = town.publish(open_document, {"Expires: 600"});
  ASSERT_EQ(sim::status_of(first), 200);
  EXPECT_TRUE(has(town.seen(watch), "At my desk"));
  const auto count = watch.bodies.size();
  const auto refreshed = town.publish("", {"SIP-If-Match: " + header(first, "SIP-ETag")});
  EXPECT_EQ(sim::status_of(refreshed), 200);
  EXPECT_NE(header(refreshed, "SIP-ETag"), header(first, "SIP-ETag"));
  town.seen(watch);
  EXPECT_EQ(watch.bodies.size(), count) << "a refresh is no news";
  EXPECT_EQ(sim::status_of(town.publish("", {"SIP-If-Match: " + header(first, "SIP-ETag")})), 412);
  const auto modified = town.publish(away_document, {"SIP-If-Match: " + header(refreshed, "SIP-ETag")});
  EXPECT_TRUE(has(town.seen(watch), "<rpid:away/>"));
  EXPECT_EQ(sim::status_of(town.ask("PUBLISH", "bob", {"Event: presence", "SIP-If-Match: " + header(modified, "SIP-ETag"), "Expires: 0"})), 200);
  EXPECT_TRUE(has(town.seen(watch), "registration"));
}

TEST(Presence, MTH_12_RefusalsOfPublish) {
  Town town;
  const auto brief = town.publish(open_document, {"Expires: 5"});
  EXPECT_EQ(sim::status_of(brief), 423);
  EXPECT_EQ(header(brief, "Min-Expires"), "60");
  EXPECT_EQ(sim::status_of(town.publish("<presence")), 400);
  EXPECT_EQ(sim::status_of(town.publish("")), 400);
  EXPECT_EQ(sim::status_of(town.ask("PUBLISH", "bob", {"Event: presence", "Content-Type: text/plain"}, "hello")), 415);
  EXPECT_EQ(sim::status_of(town.ask("PUBLISH", "bob", {"Event: weather"})), 489);
  EXPECT_EQ(sim::status_of(town.ask("PUBLISH", "nobody", {"Event: presence"})), 404);
  const std::string large = "<presence>" + std::string(presence::pidf_bytes_max, ' ') + "</presence>";
  EXPECT_EQ(sim::status_of(town.publish(large)), 413);
  town.house.world.run_for(1s);
  EXPECT_EQ(town.resources(), 0U);
}

TEST(Presence, PRS_01_SeveralPublishersAreOnePersonAndEachExpiresByItself) {
  Town town;
  auto& watch = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
  town.publish(open_document, {"Expires: 600"});
  town.publish(away_document, {"Expires: 100"});
  const auto both = town.seen(watch);
  EXPECT_TRUE(has(both, "<tuple id=\"t1\"><status><basic>closed")) << both;
  EXPECT_TRUE(has(both, "<tuple id=\"t1-2\"><status><basic>open")) << both;
  EXPECT_TRUE(has(both, "<rpid:away/>")) << both;
  town.house.world.run_for(100s);
  const auto one = town.seen(watch);
  EXPECT_TRUE(has(one, "At my desk") && !has(one, "away")) << one;
  town.house.world.run_for(600s);
  EXPECT_TRUE(has(town.seen(watch), "registration"));
  town.watcher.refresh(watch, 0);
  town.house.world.run_for(1s);
  EXPECT_EQ(watch.state(), "terminated;reason=timeout");
  EXPECT_EQ(town.resources(), 0U);
}

TEST(Presence, PRS_02_ALampFollowsTheCallsOfItsLine) {
  for (const std::uint16_t shards : {std::uint16_t{1}, std::uint16_t{3}}) {
    Town town{shards};
    sim::Agent alice{town.alices, "alice"}, bob{town.bobs, "bob"};
    auto& lamp = town.watcher.subscribe("sip:bob@10.0.0.1", "dialog");
    auto& hers = town.watcher.subscribe("sip:alice@10.0.0.1", "dialog");
    auto& how = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
    EXPECT_TRUE(has(town.seen(lamp), "version=\"0\" state=\"full\" entity=\"sip:bob@10.0.0.1\"")) << lamp.bodies.back();
    EXPECT_TRUE(has(lamp.bodies.back(), "<state>terminated</state>"));

    auto& call = alice.call("sip:bob@10.0.0.1", town.house.address(), scenario::sdp(scenario::alice_ip));
    const auto ringing = town.seen(lamp);
    EXPECT_TRUE(has(ringing, "state=\"partial\"") && has(ringing, "direction=\"recipient\"><state>early</state>")) << ringing;
    EXPECT_TRUE(has(ringing, "<remote><identity>sip:alice@10.0.0.1</identity>")) << ringing;
    EXPECT_TRUE(has(hers.bodies.back(), "direction=\"initiator\"><state>early</state>")) << hers.bodies.back();
    EXPECT_TRUE(has(hers.bodies.back(), "<remote><identity>sip:bob@10.0.0.1</identity>")) << hers.bodies.back();
    EXPECT_TRUE(has(how.bodies.back(), "<dm:note>Ringing</dm:note>")) << how.bodies.back();

    bob.incoming()->session->answer(endpoint::Extra::sdp(scenario::sdp(scenario::bob_ip)));
    EXPECT_TRUE(has(town.seen(lamp), "<state>confirmed</state>")) << lamp.bodies.back();
    EXPECT_TRUE(has(how.bodies.back(), "<rpid:on-the-phone/>")) << how.bodies.back();
    const auto told = lamp.bodies.size();
    town.watcher.refresh(lamp, 600);
    EXPECT_TRUE(has(town.seen(lamp), "state=\"full\"") && has(lamp.bodies.back(), "<state>confirmed</state>"));
    EXPECT_EQ(lamp.bodies.size(), told + 1);
    EXPECT_TRUE(has(lamp.bodies.back(), "version=\"" + std::to_string(told) + "\""));

    call.hang_up();
    EXPECT_TRUE(has(town.seen(lamp), "<state>terminated</state>") && has(lamp.bodies.back(), "partial")) << lamp.bodies.back();
    EXPECT_FALSE(has(how.bodies.back(), "on-the-phone"));
  }
}

TEST(Presence, F53_16_WhoSeesALampBlinkPicksTheCallUp) {
  Town town{3};
  sim::Agent alice{town.alices, "alice"}, bob{town.bobs, "bob"}, carol{town.alices, "carol", 5062};
  auto& lamp = town.watcher.subscribe("sip:bob@10.0.0.1", "dialog");
  auto& call = alice.call("sip:bob@10.0.0.1", town.house.address(), scenario::sdp(scenario::alice_ip));
  const auto ringing = town.seen(lamp);
  const auto said = [&](std::string_view name) {
    const auto at = ringing.find(" " + std::string{name} + "=\"") + name.size() + 3;
    return ringing.substr(at, ringing.find('"', at) - at);
  };
  // RFC 3891 section 3: to-tag is that of the side whose dialog it is, as RFC 4235 has it.
  auto& pickup = carol.call("sip:bob@10.0.0.1", town.house.address(), scenario::sdp(scenario::alice_ip), endpoint::Transport::udp,
                            {{"Replaces", said("call-id") + ";to-tag=" + said("local-tag") + ";from-tag=" + said("remote-tag") + ";early-only"}});
  EXPECT_TRUE(has(town.seen(lamp), "<state>terminated</state>")) << lamp.bodies.back();
  EXPECT_TRUE(pickup.answered);
  EXPECT_TRUE(call.answered);
  ASSERT_TRUE(bob.incoming()->ended);
  call.hang_up();
  town.house.world.run_for(1s);
  EXPECT_TRUE(pickup.ended);
}

TEST(Presence, PRS_02_APlaceThatIsNoUserHasALampToo) {
  Town town;
  sim::Agent alice{town.alices, "alice"};
  auto& lamp = town.watcher.subscribe("sip:orbit@10.0.0.1", "dialog");
  town.seen(lamp);
  auto& call = alice.call("sip:orbit@10.0.0.1", town.house.address(), scenario::sdp(scenario::alice_ip));
  const auto taken = town.seen(lamp);
  EXPECT_TRUE(has(taken, "direction=\"recipient\"><state>confirmed</state>")) << taken;
  EXPECT_TRUE(has(taken, "sip:alice@10.0.0.1")) << taken;
  call.hang_up();
  EXPECT_TRUE(has(town.seen(lamp), "<state>terminated</state>"));
}

TEST(Presence, PRS_02_WhoWatchesIsToldToTheOneWhoIsWatched) {
  Town town;
  auto& own = town.watcher.subscribe("sip:bob@10.0.0.1", "presence.winfo");
  EXPECT_TRUE(has(town.seen(own), "<watcher-list resource=\"sip:bob@10.0.0.1\" package=\"presence\">\r\n</watcher-list>"));
  auto& watch = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
  EXPECT_TRUE(has(town.seen(own), "status=\"active\" event=\"subscribe\"")) << own.bodies.back();
  EXPECT_TRUE(has(own.bodies.back(), ">sip:alice@10.0.0.1</watcher>"));
  town.watcher.refresh(watch, 0);
  EXPECT_FALSE(has(town.seen(own), "<watcher id"));
}

TEST(Presence, PRS_02_MessagesThatWait) {
  Town town;
  auto& watch = town.watcher.subscribe("sip:bob@10.0.0.1", "message-summary");
  EXPECT_TRUE(has(town.seen(watch), "Messages-Waiting: no\r\nMessage-Account: sip:bob@10.0.0.1\r\nVoice-Message: 0/0 (0/0)\r\n"));
  town.house.server->at(0).state_agent.set_messages("bob@10.0.0.1", {2, 8, 1, 0});
  EXPECT_TRUE(has(town.seen(watch), "Messages-Waiting: yes\r\nMessage-Account: sip:bob@10.0.0.1\r\nVoice-Message: 2/8 (1/0)\r\n"));
  town.house.server->at(0).state_agent.set_messages("bob@10.0.0.1", {2, 8, 1, 0});
  town.seen(watch);
  EXPECT_EQ(watch.bodies.size(), 2U);
}

TEST(Presence, PRS_01_AWatcherIsToldAtMostOnceAnInterval) {
  Town town;
  auto& eager = town.watcher.subscribe("sip:bob@10.0.0.1", "presence");
  auto& calm = town.watcher.subscribe("sip:bob@10.0.0.1", "presence;min-interval=20");
  town.house.world.run_for(30s);
  for (int i = 0; i < 20; ++i) {
    town.register_bob(i % 2 == 0 ? 300 : 0);
    town.house.world.run_for(500ms);
  }
  town.house.world.run_for(30s);
  EXPECT_GE(eager.bodies.size(), 7U);
  EXPECT_LE(eager.bodies.size(), 13U);
  EXPECT_LE(calm.bodies.size(), 3U);
  EXPECT_TRUE(has(calm.bodies.back(), "closed"));
  EXPECT_TRUE(has(eager.bodies.back(), "closed"));
}

TEST(Presence, SEC_WhatIsOnesOwnAndWhatIsOfTheHouse) {
  // Two domains; everybody is challenged.
  Town town{1};
  auto& xml = town.house.xml;
  const auto swap = [&xml](const std::string& old, const std::string& fresh) {
    for (auto at = xml.find(old); at != std::string::npos; at = xml.find(old, at + fresh.size())) xml.replace(at, old.size(), fresh);
  };
  swap(R"(<param name="accept-blind-reg" value="true"/>)", "");
  swap(R"(<param name="force-register-domain" value="10.0.0.1"/>)", "");
  xml.insert(xml.find("</section>", xml.find("<section name=\"directory\">")),
             R"(<domain name="other.test"><user id="eve"><params><param name="password" value="apple"/></params></user></domain>)");
  town.house.restart();
  const auto status = [&](const std::string& user, const std::string& domain, const std::string& password, const std::string& target,
                          const std::string& event) {
    const auto ask = [&](const std::string& credentials) {
      const auto number = std::to_string(++town.cseq);
      std::string text = "SUBSCRIBE " + target + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.3:5090;branch=z9hG4bK" + number +
                         "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user + "@" + domain + ">;tag=e\r\nTo: <" + target + ">\r\nCall-ID: e" +
                         number + "\r\nCSeq: 1 SUBSCRIBE\r\nContact: <sip:" + user + "@10.0.0.3:5090>\r\nEvent: " + event + "\r\n";
      if (!credentials.empty()) text += credentials + "\r\n";
      town.raw.drop_all();
      town.raw.send(town.house.address(), text + "Content-Length: 0\r\n\r\n");
      return town.raw.take();
    };
    return sim::status_of(ask(scenario::credentials(ask(""), user, password, "SUBSCRIBE", target)));
  };
  EXPECT_EQ(status("alice", "10.0.0.1", "wonderland", "sip:bob@10.0.0.1", "dialog"), 200);
  EXPECT_EQ(status("alice", "10.0.0.1", "wonderland", "sip:orbit@10.0.0.1", "dialog"), 200);
  EXPECT_EQ(status("alice", "10.0.0.1", "wonderland", "sip:bob@10.0.0.1", "message-summary"), 403);
  EXPECT_EQ(status("alice", "10.0.0.1", "wonderland", "sip:alice@10.0.0.1", "message-summary"), 200);
  EXPECT_EQ(status("alice", "10.0.0.1", "wonderland", "sip:nobody@10.0.0.1", "message-summary"), 404);
  EXPECT_EQ(status("eve", "other.test", "apple", "sip:bob@10.0.0.1", "dialog"), 403);
  EXPECT_EQ(status("eve", "other.test", "apple", "sip:bob@nowhere.test", "dialog"), 404);
}
