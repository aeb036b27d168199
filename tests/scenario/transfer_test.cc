// tests/scenario/transfer_test.cc - REFER, Replaces and deflect through a whole server: who talks to whom afterwards.
#include <gtest/gtest.h>

#include "call/link.h"
#include "control/commander.h"
#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using endpoint::Extra;
using How = endpoint::Ending::How;

namespace {

const base::Ip carol_ip = base::Ip::v4(10, 0, 0, 4);


constexpr std::string_view numbers = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="carol"><condition field="destination_number" expression="^carol$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/carol@10.0.0.4:5060"/></condition></extension>
<extension name="echo"><condition field="destination_number" expression="^echo$">
<action application="answer"/><action application="echo"/></condition></extension>
<extension name="deflect"><condition field="destination_number" expression="^deflect$">
<action application="answer"/><action application="deflect" data="sip:carol@10.0.0.4"/></condition></extension>)";

/// A phone with a socket for its sound.
struct Phone {
  Phone(sim::World& world, std::string name, const base::Ip& ip, std::uint16_t media_port)
      : host{world.add_host(name, {ip})}, ip_{ip}, port_{media_port}, agent{host, std::move(name)}, media{world, host, media_port} {
    agent.on_incoming = [this](sim::Agent::Call& call) {
      call.change_answer = description();
      call.session->provisional(180);
      if (answers) call.session->answer(Extra::sdp(description()));
    };
  }
  std::string description() const { return scenario::sdp(ip_, port_); }
  sim::Agent::Call& call(std::string_view number, const base::Address& server) {
    auto& made = agent.call("sip:" + std::string{number} + "@10.0.0.1", server, description());
    made.change_answer = description();
    return made;
  }
  /// Sends a second of sound to where the call's last description wants it.
  void talk(sim::World& world, const sim::Agent::Call& call) {
    const auto& body = call.changed_body.empty() ? call.remote_body : call.changed_body;
    const auto at = body.find("m=audio ");
    const auto port = base::to_number<std::uint16_t>(body.substr(at + 8, body.find(' ', at + 8) - at - 8)).value_or(0);
    for (std::uint16_t i = 0; i < 50; ++i) {
      std::string packet{"\x80\x00", 2};
      packet += static_cast<char>(sequence_ >> 8);
      packet += static_cast<char>(sequence_++ & 0xff);
      const std::uint32_t stamp = sequence_ * 160U;
      for (int shift = 24; shift >= 0; shift -= 8) packet += static_cast<char>(stamp >> shift & 0xff);
      packet.append("abcd").append(160, '\x55');
      media.send({scenario::server_ip, port}, packet);
      world.run_for(20ms);
    }
  }
  bool hears_something() {
    int packets = 0;
    while (!media.take(1ms).empty()) ++packets;
    return packets > 25;
  }

  sim::Host& host;
  base::Ip ip_;
  std::uint16_t port_;
  std::uint16_t sequence_ = 1;
  sim::Agent agent;
  sim::RawAgent media;
  bool answers = true;
};

struct Three {
  scenario::House house;
  Phone alice, bob, carol;

  /// `first`: an action that every extension begins with.
  explicit Three(std::string_view profile = {}, std::string_view first = {})
      : house{with(first), 1, 2, profile}, alice{house.world, "alice", scenario::alice_ip, 4000},
        bob{house.world, "bob", scenario::bob_ip, 4000}, carol{house.world, "carol", carol_ip, 4000} {}

  static std::string with(std::string_view first) {
    std::string text{numbers};
    const std::string_view marks = "$\">\n";
    for (auto at = text.find(marks); at != std::string::npos; at = text.find(marks, at + marks.size())) text.insert(at + marks.size(), first);
    return text;
  }
  sim::Agent::Call& call(Phone& phone, std::string_view number) {
    auto& made = phone.call(number, house.address());
    house.world.run_for(1s);
    return made;
  }
  /// A call whose dialog the server keeps on that shard.
  sim::Agent::Call& call_on(Phone& phone, std::string_view number, std::uint16_t shard) {
    for (;;) {
      auto& made = call(phone, number);
      if (io::owner_of(made.session->call_id(), 2) == shard) return made;
      made.hang_up();
      house.world.run_for(1s);
    }
  }
  static Extra refer_to(std::string target) {
    Extra extra;
    extra.headers.emplace_back("Refer-To", std::move(target));
    extra.headers.emplace_back("Referred-By", "<sip:alice@10.0.0.1>");
    return extra;
  }
  static std::string replaces(const sim::Agent::Call& call) {
    const auto& id = call.session->dialog()->id();
    return "<sip:carol@10.0.0.1?Replaces=" + sip::escape_param(id.call_id) + "%3Bto-tag%3D" + id.remote_tag + "%3Bfrom-tag%3D" +
           id.local_tag + ">";
  }
  void expect_talk(Phone& a, const sim::Agent::Call& call_a, Phone& b, const sim::Agent::Call& call_b) {
    a.hears_something();
    b.hears_something();
    a.talk(house.world, call_a);
    EXPECT_TRUE(b.hears_something());
    b.talk(house.world, call_b);
    EXPECT_TRUE(a.hears_something());
  }
};

std::string notified(const sim::Agent::Call& call, std::size_t i) {
  return i < call.others.size() ? std::string{call.others[i].body()} : std::string{"no NOTIFY"};
}

}  // namespace

TEST(Transfer, MTH_14_BlindTheCalleeSendsTheCallerToSomebodyElse) {
  Three three;
  auto& caller = three.call(three.alice, "bob");
  auto& asking = *three.bob.agent.incoming();
  ASSERT_TRUE(caller.answered);
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(2s);
  EXPECT_EQ(asking.refer_result, 202);
  ASSERT_EQ(asking.others.size(), 3U);
  EXPECT_EQ(notified(asking, 0), "SIP/2.0 100 Trying\r\n");
  EXPECT_EQ(asking.others[0].text_of("Subscription-State"), "active;expires=60");
  EXPECT_TRUE(asking.others[0].text_of("Event").value_or("").starts_with("refer;id="));
  EXPECT_EQ(asking.others[0].content_type(), "message/sipfrag;version=2.0");
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 180 Ringing\r\n");
  EXPECT_EQ(asking.others[1].text_of("Subscription-State"), "active;expires=59");
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 200 OK\r\n");
  EXPECT_EQ(asking.others[2].text_of("Subscription-State"), "terminated;reason=noresource");
  ASSERT_TRUE(asking.ended);
  EXPECT_EQ(asking.ended->how, How::bye);
  ASSERT_TRUE(three.carol.agent.incoming());
  EXPECT_EQ(three.carol.agent.incoming()->session->invite().text_of("Referred-By"), "<sip:alice@10.0.0.1>");
  EXPECT_TRUE(three.carol.agent.incoming()->acknowledged);
  EXPECT_TRUE(caller.session);
  three.expect_talk(three.alice, caller, three.carol, *three.carol.agent.incoming());
  caller.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(three.carol.agent.incoming()->ended);
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_BlindTheCallerSendsTheCalleeToSomebodyElse) {
  Three three;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(2s);
  EXPECT_TRUE(asking.ended);
  ASSERT_TRUE(three.carol.agent.incoming());
  auto& stays = *three.bob.agent.incoming();
  EXPECT_TRUE(stays.session);
  three.expect_talk(three.bob, stays, three.carol, *three.carol.agent.incoming());
  three.carol.agent.incoming()->hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(stays.ended);
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_TheOneThatAskedWaitsForTheAnswer) {
  Three three;
  three.carol.answers = false;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(10s);
  ASSERT_EQ(asking.others.size(), 2U);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 180 Ringing\r\n");
  EXPECT_TRUE(asking.session);
  three.carol.agent.incoming()->session->answer(Extra::sdp(three.carol.description()));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 200 OK\r\n");
  EXPECT_TRUE(asking.ended);
  three.expect_talk(three.bob, *three.bob.agent.incoming(), three.carol, *three.carol.agent.incoming());
  three.bob.agent.incoming()->hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_ARefusalIsToldAsItIs) {
  Three three;
  three.carol.answers = false;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(1s);
  three.carol.agent.incoming()->hang_up(486);
  three.house.world.run_for(1s);
  ASSERT_EQ(asking.others.size(), 3U);
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 486 Busy Here\r\n");
  EXPECT_EQ(asking.others[2].text_of("Subscription-State"), "terminated;reason=noresource");
  EXPECT_TRUE(asking.ended);
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_ANumberThatIsNoneIs404) {
  Three three;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:nobody@10.0.0.1>")));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 404 Not Found\r\n");
  EXPECT_TRUE(asking.ended);
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_AnApplicationThatIsHeardIsAnArrival) {
  Three three;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:echo@10.0.0.1>")));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 200 OK\r\n");
  EXPECT_TRUE(asking.ended);
  EXPECT_TRUE(three.bob.agent.incoming()->session);
  three.bob.agent.incoming()->hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_TheOneThatAskedMayGoBeforeTheEnd) {
  Three three;
  three.carol.answers = false;
  auto& asking = three.call(three.alice, "bob");
  auto& stays = *three.bob.agent.incoming();
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(1s);
  asking.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(stays.session);
  three.carol.agent.incoming()->session->answer(Extra::sdp(three.carol.description()));
  three.house.world.run_for(1s);
  three.expect_talk(three.bob, stays, three.carol, *three.carol.agent.incoming());
  stays.hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_WhoIsSentOnMayHangUp) {
  Three three;
  three.carol.answers = false;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(1s);
  three.bob.agent.incoming()->hang_up();
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 487 Request Terminated\r\n");
  EXPECT_TRUE(asking.ended);
  EXPECT_TRUE(three.carol.agent.incoming()->ended);
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_ASubscriptionIsOverAfterAMinute) {
  Three three{{}, R"(<action application="set" data="call_timeout=90"/>)"};
  three.carol.answers = false;
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(61s);
  ASSERT_EQ(asking.others.size(), 3U);
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 180 Ringing\r\n");
  EXPECT_EQ(asking.others[2].text_of("Subscription-State"), "terminated;reason=timeout");
  EXPECT_TRUE(asking.ended);
  three.carol.agent.incoming()->session->answer(Extra::sdp(three.carol.description()));
  three.house.world.run_for(1s);
  three.expect_talk(three.bob, *three.bob.agent.incoming(), three.carol, *three.carol.agent.incoming());
  three.bob.agent.incoming()->hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_NorefersubMakesNoSubscription) {
  Three three;
  auto& asking = three.call(three.alice, "bob");
  auto extra = Three::refer_to("<sip:carol@10.0.0.1>");
  extra.headers.emplace_back("Refer-Sub", "false");
  extra.headers.emplace_back("Require", "norefersub");
  EXPECT_TRUE(asking.session->refer(extra));
  three.house.world.run_for(2s);
  EXPECT_EQ(asking.refer_result, 202);
  EXPECT_TRUE(asking.others.empty());
  EXPECT_TRUE(three.carol.agent.incoming());
  three.bob.agent.incoming()->hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_ARefusedOneChangesNothing) {
  Three three;
  auto& asking = three.call(three.alice, "bob");
  const auto refer = [&](std::string to) {
    asking.refer_result.reset();
    EXPECT_TRUE(asking.session->refer(Three::refer_to(std::move(to))));
    three.house.world.run_for(1s);
    return asking.refer_result.value_or(-1);
  };
  EXPECT_EQ(refer("<http://example.com>"), 416);
  EXPECT_EQ(refer("<sip:carol@10.0.0.1;method=BYE>"), 501);
  EXPECT_EQ(refer("<sip:carol@10.0.0.1?Replaces=nonsense>"), 400);
  EXPECT_EQ(refer("<sip:carol@10.0.0.1?Replaces=unknown%3Bto-tag%3D1%3Bfrom-tag%3D2>"), 202);
  ASSERT_EQ(asking.others.size(), 2U);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 481 Call/Transaction Does Not Exist\r\n");
  EXPECT_TRUE(asking.session);
  three.expect_talk(three.alice, asking, three.bob, *three.bob.agent.incoming());
  asking.hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_WithoutAPartnerThereIsNobodyToTransfer) {
  Three three;
  auto& asking = three.call(three.alice, "echo");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 403 Forbidden\r\n");
  EXPECT_TRUE(asking.session);
  asking.hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_DisableTransferRefusesIt) {
  Three three{R"(<param name="disable-transfer" value="true"/>)"};
  auto& asking = three.call(three.alice, "bob");
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:carol@10.0.0.1>")));
  three.house.world.run_for(1s);
  EXPECT_EQ(asking.refer_result, 403);
  asking.hang_up();
  three.house.expect_nothing_left();
}

TEST(Transfer, MTH_14_AttendedTheTwoFarEndsTalkWhateverTheirShards) {
  for (const std::uint16_t second : {std::uint16_t{0}, std::uint16_t{1}}) {
    SCOPED_TRACE("second call on shard " + std::to_string(second));
    Three three;
    auto& first = three.call_on(three.alice, "bob", 0);
    auto& to_bob = *three.bob.agent.incoming();
    // Bob is put on hold meanwhile.
    to_bob.change_answer += "a=recvonly\r\n";
    EXPECT_TRUE(first.session->change(Extra::sdp(three.alice.description() + "a=sendonly\r\n")));
    three.house.world.run_for(1s);
    to_bob.change_answer = three.bob.description();
    auto& consultation = three.call_on(three.alice, "carol", second);
    auto& to_carol = *three.carol.agent.incoming();
    EXPECT_TRUE(first.session->refer(Three::refer_to(Three::replaces(consultation))));
    three.house.world.run_for(3s);
    EXPECT_EQ(notified(first, 1), "SIP/2.0 200 OK\r\n");
    EXPECT_TRUE(first.ended);
    EXPECT_TRUE(consultation.ended);
    EXPECT_TRUE(to_bob.session);
    EXPECT_TRUE(to_carol.session);
    EXPECT_EQ(to_bob.changed_body.find("a=sendonly"), std::string::npos) << "nobody holds bob any more";
    three.expect_talk(three.bob, to_bob, three.carol, to_carol);
    to_bob.hang_up();
    three.house.world.run_for(1s);
    EXPECT_TRUE(to_carol.ended);
    three.house.expect_nothing_left();
    for (std::uint16_t shard = 0; shard < 2; ++shard) EXPECT_EQ(three.house.server->at(shard).calls.links().size(), 0U);
  }
}

TEST(Transfer, MTH_14_AttendedToACallThatStillRingsDialsAnew) {
  Three three;
  auto& first = three.call_on(three.alice, "bob", 0);
  auto& to_bob = *three.bob.agent.incoming();
  three.carol.answers = false;
  auto& consultation = three.call_on(three.alice, "carol", 1);
  ASSERT_FALSE(consultation.answered);
  EXPECT_TRUE(first.session->refer(Three::refer_to(Three::replaces(consultation))));
  three.house.world.run_for(1s);
  EXPECT_TRUE(first.ended);
  EXPECT_TRUE(consultation.ended);
  three.carol.agent.incoming()->session->answer(Extra::sdp(three.carol.description()));
  three.house.world.run_for(1s);
  EXPECT_TRUE(to_bob.session);
  three.expect_talk(three.bob, to_bob, three.carol, *three.carol.agent.incoming());
  to_bob.hang_up();
  three.house.expect_nothing_left();
}

// --- INVITE with Replaces --------------------------------------------------------------------------------------------

namespace {

/// Carol calls with Replaces for one end of a call.
sim::Agent::Call& call_with_replaces(Three& three, const std::string& value, std::uint16_t shard = 0) {
  for (;;) {
    auto& made = three.carol.agent.call("sip:bob@10.0.0.1", three.house.address(), three.carol.description(), endpoint::Transport::udp,
                                        {{"Replaces", value}});
    if (io::owner_of(made.session->call_id(), 2) == shard || value.starts_with("none")) {
      three.house.world.run_for(2s);
      return made;
    }
    made.hang_up();
    three.house.world.run_for(0s);
  }
}

/// As RFC 3891 wants it: the receiver's tag is the to-tag.
std::string value_for(const sim::Agent::Call& call, std::string_view more = {}) {
  const auto& id = call.session->dialog()->id();
  return id.call_id + ";to-tag=" + id.remote_tag + ";from-tag=" + id.local_tag + std::string{more};
}

}  // namespace

TEST(Replaces, MTH_14_TakesThePlaceOfAConfirmedDialog) {
  Three three;
  auto& caller = three.call_on(three.alice, "bob", 0);
  auto& to_bob = *three.bob.agent.incoming();
  auto& newcomer = call_with_replaces(three, value_for(caller));
  EXPECT_TRUE(newcomer.answered);
  EXPECT_TRUE(caller.ended);
  EXPECT_TRUE(to_bob.session);
  three.expect_talk(three.carol, newcomer, three.bob, to_bob);
  newcomer.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(to_bob.ended);
  three.house.expect_nothing_left();
}

TEST(Replaces, MTH_14_PicksUpACallThatRingsElsewhere) {
  Three three;
  three.bob.answers = false;
  auto& caller = three.call_on(three.alice, "bob", 0);
  auto& ringing = *three.bob.agent.incoming();
  ASSERT_FALSE(caller.answered);
  auto& newcomer = call_with_replaces(three, value_for(ringing, ";early-only"));
  EXPECT_TRUE(newcomer.answered);
  EXPECT_TRUE(caller.answered);
  ASSERT_TRUE(ringing.ended);
  EXPECT_EQ(ringing.ended->how, How::cancelled);
  three.expect_talk(three.carol, newcomer, three.alice, caller);
  caller.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(newcomer.ended);
  three.house.expect_nothing_left();
}

TEST(Replaces, MTH_14_RefusedAsTheRfcSays) {
  Three three;
  auto& caller = three.call_on(three.alice, "bob", 0);
  EXPECT_EQ(call_with_replaces(three, "none@here;to-tag=1;from-tag=2").ended->status, 481);
  EXPECT_EQ(call_with_replaces(three, "none;to-tag=1").ended->status, 400);
  EXPECT_EQ(call_with_replaces(three, value_for(caller, ";early-only")).ended->status, 486);
  EXPECT_TRUE(caller.session);
  const auto over = value_for(caller);
  caller.hang_up();
  three.house.world.run_for(1s);
  EXPECT_EQ(call_with_replaces(three, over).ended->status, 481) << "it is over";
  three.bob.answers = false;
  auto& unanswered = three.call_on(three.alice, "bob", 0);
  EXPECT_EQ(call_with_replaces(three, value_for(unanswered)).ended->status, 481) << "an early dialog the peer began";
  unanswered.hang_up();
  three.house.expect_nothing_left();
}

TEST(Replaces, MTH_14_AcrossShards) {
  Three three;
  auto& caller = three.call_on(three.alice, "bob", 0);
  auto& to_bob = *three.bob.agent.incoming();
  auto& newcomer = call_with_replaces(three, value_for(caller), 1);
  EXPECT_TRUE(newcomer.answered);
  EXPECT_TRUE(caller.ended);
  three.expect_talk(three.carol, newcomer, three.bob, to_bob);
  to_bob.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(newcomer.ended);
  three.house.expect_nothing_left();
}

TEST(Replaces, JoinIsRefusedWhereThereIsNoConference) {
  Three three;
  auto& made = three.carol.agent.call("sip:bob@10.0.0.1", three.house.address(), three.carol.description(), endpoint::Transport::udp,
                                      {{"Join", "a;to-tag=1;from-tag=2"}});
  three.house.world.run_for(1s);
  ASSERT_TRUE(made.ended);
  EXPECT_EQ(made.ended->status, 488);
  three.house.expect_nothing_left();
}

// --- deflect ---------------------------------------------------------------------------------------------------------

TEST(Transfer, APP_19_DeflectSendsARefer) {
  Three three;
  auto& call = three.call(three.alice, "deflect");
  three.house.world.run_for(1s);
  ASSERT_FALSE(call.others.empty());
  EXPECT_EQ(call.others[0].method(), sip::Method::refer);
  EXPECT_EQ(call.others[0].text_of("Refer-To"), "<sip:carol@10.0.0.4>");
  three.house.world.run_for(15s);
  EXPECT_TRUE(call.ended);
  three.house.expect_nothing_left();
}

// --- uuid_bridge, uuid_deflect ---------------------------------------------------------------------------------------

namespace {

/// The operator beside three phones.
struct Operator {
  Three three;
  control::House view;
  control::Commander commander{view};

  Operator() {
    for (std::uint16_t id = 0; id < three.house.server->count(); ++id) {
      auto& one = three.house.server->at(id);
      view.shards.push_back({&one.shard, &one.endpoint, &one.calls, &one.runtime, &one.journal, &one.location, &one.gateways, &one.state_agent});
    }
  }
  std::string run(const std::string& line) {
    std::string answer = "(no answer)";
    commander.run(line, [&](std::string text) { answer = std::move(text); });
    three.house.world.run_for(2s);
    return answer;
  }
  /// The server's leg at the other end of a phone's call.
  std::string uuid_of(const sim::Agent::Call& call) {
    std::string uuid;
    for (std::uint16_t id = 0; id < three.house.server->count(); ++id)
      three.house.server->at(id).calls.for_each([&](call::Leg& leg) {
        if (leg.session() && leg.session()->call_id() == call.session->call_id()) uuid = leg.uuid();
      });
    return uuid;
  }
};

}  // namespace

TEST(UuidBridge, API_11_TwoLegsTalkWhateverTheyDidAndWhereverTheyAre) {
  for (const std::uint16_t second : {std::uint16_t{0}, std::uint16_t{1}}) {
    SCOPED_TRACE("second call on shard " + std::to_string(second));
    Operator desk;
    auto& three = desk.three;
    auto& alice = three.call_on(three.alice, "echo", 0);
    auto& carol = three.call_on(three.carol, "echo", second);
    const auto other = desk.uuid_of(carol);
    EXPECT_EQ(desk.run("uuid_bridge " + desk.uuid_of(alice) + " " + other), "+OK " + other + "\n");
    three.expect_talk(three.alice, alice, three.carol, carol);
    alice.hang_up();
    three.house.world.run_for(1s);
    EXPECT_TRUE(carol.ended);
    three.house.expect_nothing_left();
  }
}

TEST(Transfer, MTH_14_BlindOfAPartnerOnAnotherShardIsReportedToo) {
  Operator desk;
  auto& three = desk.three;
  three.bob.answers = false;
  auto& asking = three.call_on(three.alice, "echo", 0);
  auto& carol = three.call_on(three.carol, "echo", 1);
  desk.run("uuid_bridge " + desk.uuid_of(asking) + " " + desk.uuid_of(carol));
  EXPECT_TRUE(asking.session->refer(Three::refer_to("<sip:bob@10.0.0.1>")));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 1), "SIP/2.0 180 Ringing\r\n");
  auto& bob = *three.bob.agent.incoming();
  bob.session->answer(Extra::sdp(three.bob.description()));
  three.house.world.run_for(1s);
  EXPECT_EQ(notified(asking, 2), "SIP/2.0 200 OK\r\n");
  EXPECT_TRUE(asking.ended);
  EXPECT_TRUE(carol.session);
  three.expect_talk(three.carol, carol, three.bob, bob);
  carol.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(bob.ended);
  three.house.expect_nothing_left();
}

TEST(UuidBridge, API_11_TakesALegOutOfItsBridge) {
  Operator desk;
  auto& three = desk.three;
  auto& alice = three.call_on(three.alice, "bob", 0);
  auto& bob = *three.bob.agent.incoming();
  auto& carol = three.call_on(three.carol, "echo", 0);
  const auto other = desk.uuid_of(carol);
  EXPECT_EQ(desk.run("uuid_bridge " + desk.uuid_of(bob) + " " + other), "+OK " + other + "\n");
  three.expect_talk(three.bob, bob, three.carol, carol);
  EXPECT_TRUE(alice.ended) << "hangup_after_bridge";
  carol.hang_up();
  three.house.world.run_for(1s);
  EXPECT_TRUE(bob.ended);
  three.house.expect_nothing_left();
}

TEST(UuidBridge, API_11_WhatCannotBeBridgedIsRefused) {
  Operator desk;
  auto& three = desk.three;
  auto& alice = three.call(three.alice, "echo");
  three.bob.answers = false;
  auto& ringing = three.call(three.carol, "bob");
  const auto uuid = desk.uuid_of(alice);
  EXPECT_EQ(desk.run("uuid_bridge " + uuid + " " + uuid), "-ERR Invalid uuid\n");
  EXPECT_EQ(desk.run("uuid_bridge " + uuid + " nosuch"), "-ERR Invalid uuid\n");
  EXPECT_EQ(desk.run("uuid_bridge " + uuid + " " + desk.uuid_of(ringing)), "-ERR Invalid uuid\n") << "it is not answered";
  EXPECT_TRUE(desk.run("uuid_bridge " + uuid).starts_with("-USAGE: uuid_bridge ")) << desk.run("uuid_bridge " + uuid);
  EXPECT_TRUE(alice.session);
  alice.hang_up();
  ringing.hang_up();
  three.house.expect_nothing_left();
}

TEST(UuidDeflect, API_11_AsksThePhoneToCallElsewhere) {
  Operator desk;
  auto& three = desk.three;
  auto& alice = three.call(three.alice, "bob");
  EXPECT_EQ(desk.run("uuid_deflect " + desk.uuid_of(alice) + " sip:carol@10.0.0.4"), "+OK:No Replies\n");
  ASSERT_FALSE(alice.others.empty());
  EXPECT_EQ(alice.others[0].method(), sip::Method::refer);
  EXPECT_EQ(alice.others[0].text_of("Refer-To"), "<sip:carol@10.0.0.4>");
  EXPECT_TRUE(alice.session);
  EXPECT_EQ(desk.run("uuid_deflect nosuch sip:carol@10.0.0.4"), "-ERR No such channel!\n");
  alice.hang_up();
  three.house.expect_nothing_left();
}
