// tests/scenario/fail_over_test.cc - calls to names: RFC 3263 with servers that are dead, refuse or come back.
#include <gtest/gtest.h>

#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view to_pbx = R"(<extension name="out"><condition field="destination_number" expression="^(.*)$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@pbx.test"/></condition></extension>)";

const base::Ip first_ip = base::Ip::v4(10, 0, 0, 3), second_ip = base::Ip::v4(10, 0, 0, 4);

struct Calls {
  scenario::House house;
  sim::RawAgent alice, first, second;
  int made = 0;
  std::string call_id;

  explicit Calls(std::string_view context = to_pbx)
      : house{context, 1, 1}, alice{house.world, house.world.add_host("alice", {scenario::alice_ip})},
        first{house.world, house.world.add_host("first", {first_ip})},
        second{house.world, house.world.add_host("second", {second_ip})} {
    auto& names = house.world.names;
    names.naptr("pbx.test", 10, "SIP+D2U", "_sip._udp.pbx.test");
    names.srv("_sip._udp.pbx.test", {10, 1, 5060, "one.pbx.test"});
    names.srv("_sip._udp.pbx.test", {20, 1, 5060, "two.pbx.test"});
    names.host("one.pbx.test", first_ip);
    names.host("two.pbx.test", second_ip);
  }
  std::string number() const { return std::to_string(made); }
  void request(std::string_view method, std::string_view to, std::string_view branch, std::string_view body = {}) {
    alice.send(house.address(), sim::message({std::string{method} + " sip:bob@10.0.0.1 SIP/2.0",
                                              "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK" + std::string{branch} + number(),
                                              "Max-Forwards: 70", "From: Alice <sip:alice@10.0.0.1>;tag=a" + number(),
                                              "To: " + std::string{to}, "Call-ID: call" + number() + "@alice",
                                              "CSeq: 1 " + std::string{method}, "Contact: <sip:alice@10.0.0.2>",
                                              "Content-Type: application/sdp"},
                                             body));
  }
  void invite() {
    ++made;
    alice.drop_all();
    request("INVITE", "<sip:bob@10.0.0.1>", "i", scenario::sdp(scenario::alice_ip));
    EXPECT_EQ(first_line(alice.take()), "SIP/2.0 100 Trying");
  }
  void answer(sim::RawAgent& bob, const std::string& invite) {
    bob.send(house.address(), sim::answer_to(invite, 200, "OK", "b" + number(),
                                             "Contact: <sip:bob@" + bob.address().text() + ">\r\nContent-Type: application/sdp\r\n",
                                             scenario::sdp(bob.address().ip)));
  }
  void refuse(sim::RawAgent& bob, const std::string& invite, std::string_view more = {}) {
    bob.send(house.address(), sim::answer_to(invite, 503, "Service Unavailable", "x", more));
  }
  /// The next INVITE that is no repetition of `known`.
  std::string next_invite(sim::RawAgent& bob, base::Duration limit) {
    const auto end = house.world.now() + limit;
    while (house.world.now() < end)
      if (auto text = bob.take(end - house.world.now()); text.starts_with("INVITE ")) return text;
    return {};
  }
  /// Alice gets her 200 and everybody hangs up.
  void finish_call(sim::RawAgent& bob) {
    const auto ok = alice.take_from(200);
    EXPECT_EQ(first_line(ok), "SIP/2.0 200 OK");
    request("ACK", header(ok, "To"), "k");
    const auto ack = bob.take();
    EXPECT_TRUE(ack.starts_with("ACK sip:bob@" + bob.address().text())) << ack;
    alice.send(house.address(), sim::message({"BYE sip:10.0.0.1:5060 SIP/2.0",
                                              "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKbye" + number(), "Max-Forwards: 70",
                                              "From: Alice <sip:alice@10.0.0.1>;tag=a" + number(), "To: " + header(ok, "To"),
                                              "Call-ID: call" + number() + "@alice", "CSeq: 2 BYE"}));
    const auto bye = bob.take();
    EXPECT_TRUE(bye.starts_with("BYE ")) << bye;
    bob.send(house.address(), sim::answer_to(bye, 200, "OK", {}));
    house.world.run_for(1s);
    bob.drop_all();
  }
};

}  // namespace

TEST(FailOver, NET05_TheFirstServerOfTheZoneIsCalled) {
  Calls calls;
  calls.invite();
  const auto invite = calls.next_invite(calls.first, 1s);
  EXPECT_EQ(first_line(invite), "INVITE sip:bob@pbx.test SIP/2.0");
  calls.answer(calls.first, invite);
  calls.finish_call(calls.first);
  EXPECT_TRUE(calls.second.take(1s).empty());
  calls.house.expect_nothing_left();
}

TEST(FailOver, ACallToAnAddressAsksNoNameServer) {
  Calls calls{R"(<extension name="out"><condition><action application="bridge" data="sofia/internal/bob@10.0.0.3"/></condition></extension>)"};
  calls.invite();
  EXPECT_FALSE(calls.next_invite(calls.first, 1s).empty());
  EXPECT_TRUE(calls.house.world.names.asked.empty());
}

TEST(FailOver, RSP30_A503GoesToTheNextServerAtOnceWithABranchOfItsOwn) {
  Calls calls;
  calls.invite();
  const auto one = calls.next_invite(calls.first, 1s);
  calls.refuse(calls.first, one);
  const auto two = calls.next_invite(calls.second, 1s);
  ASSERT_FALSE(two.empty());
  EXPECT_EQ(header(two, "Call-ID"), header(one, "Call-ID"));
  EXPECT_EQ(header(two, "CSeq"), header(one, "CSeq"));
  EXPECT_EQ(header(two, "From"), header(one, "From"));
  EXPECT_NE(header(two, "Via"), header(one, "Via"));
  EXPECT_EQ(sim::headers(two, "Via").size(), 1U);
  // The 503 has its ACK, also when it is repeated.
  EXPECT_TRUE(calls.first.take().starts_with("ACK sip:bob@pbx.test"));
  calls.refuse(calls.first, one);
  EXPECT_TRUE(calls.first.take().starts_with("ACK sip:bob@pbx.test"));
  calls.answer(calls.second, two);
  calls.finish_call(calls.second);
  calls.house.expect_nothing_left();
}

TEST(FailOver, NET05_ASilentServerIsGivenUpAndAvoidedForAWhile) {
  Calls calls;
  calls.invite();
  const auto began = calls.house.world.now();
  const auto two = calls.next_invite(calls.second, 20s);
  ASSERT_FALSE(two.empty());
  const auto waited = calls.house.world.now() - began;
  EXPECT_GT(waited, 7s);
  EXPECT_LT(waited, 9s);
  calls.answer(calls.second, two);
  calls.finish_call(calls.second);
  calls.first.drop_all();

  // The next call goes to the one that lives, at once.
  calls.invite();
  const auto again = calls.next_invite(calls.second, 1s);
  ASSERT_FALSE(again.empty());
  calls.answer(calls.second, again);
  calls.finish_call(calls.second);
  EXPECT_TRUE(calls.first.quiet(1s));

  // After the penalty the zone's order counts again.
  calls.house.world.run_for(endpoint::Penalties::usual);
  calls.invite();
  EXPECT_FALSE(calls.next_invite(calls.first, 1s).empty());
}

TEST(FailOver, NET05_WhereNobodyListensTheNextServerIsTriedAtOnce) {
  Calls calls;
  calls.house.world.weather.icmp = true;
  const auto deserted = base::Ip::v4(10, 0, 0, 9);
  calls.house.world.add_host("deserted", {deserted});
  calls.house.world.names.srv("_sip._udp.pbx.test", {5, 1, 5060, "none.pbx.test"});
  calls.house.world.names.host("none.pbx.test", deserted);
  calls.invite();
  const auto invite = calls.next_invite(calls.first, 100ms);
  EXPECT_EQ(first_line(invite), "INVITE sip:bob@pbx.test SIP/2.0");
  calls.answer(calls.first, invite);
  calls.finish_call(calls.first);
  calls.house.expect_nothing_left();
}

TEST(FailOver, RetryAfterOfA503IsThePenalty) {
  Calls calls;
  calls.invite();
  calls.refuse(calls.first, calls.next_invite(calls.first, 1s), "Retry-After: 200\r\n");
  const auto two = calls.next_invite(calls.second, 1s);
  calls.answer(calls.second, two);
  calls.finish_call(calls.second);
  calls.house.world.run_for(150s);
  calls.invite();
  EXPECT_FALSE(calls.next_invite(calls.second, 1s).empty());
}

TEST(FailOver, WhenAllServersFailTheCallerHears503) {
  Calls calls;
  calls.invite();
  calls.refuse(calls.first, calls.next_invite(calls.first, 1s));
  calls.refuse(calls.second, calls.next_invite(calls.second, 1s));
  EXPECT_EQ(sim::status_of(calls.alice.take_from(200)), 503);
  calls.house.world.run_for(1min);
  // Even then all are tried, in the zone's order.
  calls.invite();
  EXPECT_FALSE(calls.next_invite(calls.first, 1s).empty());
}

TEST(FailOver, ACallThatIsGivenUpRingsNowhereElse) {
  Calls calls;
  calls.invite();
  ASSERT_FALSE(calls.next_invite(calls.first, 1s).empty());
  calls.request("CANCEL", "<sip:bob@10.0.0.1>", "i");
  calls.house.world.run_for(2min);
  EXPECT_TRUE(calls.second.take(1s).empty());
  calls.house.expect_nothing_left();
}

TEST(FailOver, OtherFailuresAreTheAnswer) {
  Calls calls;
  calls.invite();
  const auto one = calls.next_invite(calls.first, 1s);
  calls.first.send(calls.house.address(), sim::answer_to(one, 486, "Busy Here", "x"));
  EXPECT_EQ(sim::status_of(calls.alice.take_from(200)), 486);
  EXPECT_TRUE(calls.second.take(1s).empty());
}

TEST(FailOver, AConnectionThatIsRefusedIsFollowedByTheNextServer) {
  Calls calls;
  auto& names = calls.house.world.names;
  names.naptr("pbx.test", 5, "SIP+D2T", "_sip._tcp.pbx.test");  // nobody listens for TCP there
  names.srv("_sip._tcp.pbx.test", {10, 1, 5060, "one.pbx.test"});
  calls.invite();
  const auto invite = calls.next_invite(calls.first, 2s);
  ASSERT_FALSE(invite.empty());
  EXPECT_TRUE(header(invite, "Via").starts_with("SIP/2.0/UDP"));
  EXPECT_EQ(header(invite, "Contact").find("transport=tcp"), std::string::npos);
  calls.answer(calls.first, invite);
  calls.finish_call(calls.first);
}

TEST(FailOver, ADeadNameServiceIsATemporaryFailure) {
  Calls calls;
  calls.house.world.names.dead = true;
  calls.invite();
  EXPECT_EQ(sim::status_of(calls.alice.take_from(200, 20s)), 503);
  calls.house.expect_nothing_left();
}

TEST(FailOver, AZoneIsAskedAgainWhenItsTtlIsOver) {
  Calls calls;
  calls.invite();
  calls.answer(calls.first, calls.next_invite(calls.first, 1s));
  calls.finish_call(calls.first);
  auto& names = calls.house.world.names;
  names.remove(base::dns::Type::a, "one.pbx.test");
  names.host("one.pbx.test", second_ip);
  calls.invite();
  calls.answer(calls.first, calls.next_invite(calls.first, 1s));
  calls.finish_call(calls.first);
  calls.house.world.run_for(names.ttl);
  calls.invite();
  EXPECT_FALSE(calls.next_invite(calls.second, 1s).empty());
}
