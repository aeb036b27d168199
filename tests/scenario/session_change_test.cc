// tests/scenario/session_change_test.cc - hold, late offers, PRACK and session timers through a whole server.
#include <gtest/gtest.h>

#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using endpoint::Extra;

namespace {

constexpr std::string_view to_bob = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="short"><condition field="destination_number" expression="^short$">
<action application="set" data="sip_session_timeout=90"/><action application="answer"/>
<action application="sleep" data="1000000"/></condition></extension>
<extension name="early"><condition field="destination_number" expression="^early$">
<action application="pre_answer"/><action application="sleep" data="1000"/><action application="answer"/>
<action application="sleep" data="100000"/></condition></extension>)";

std::string with(std::string description, std::string_view line) { return description.append(line).append("\r\n"); }

struct Pair {
  scenario::House house;
  sim::Agent alice, bob;
  std::vector<std::string> from_server;  // "10.0.0.3 INVITE", "10.0.0.2 200 INVITE"

  explicit Pair(std::string_view profile = {}, std::string_view context = to_bob)
      : house{context, 1, 2, profile}, alice{house.world.add_host("alice", {scenario::alice_ip}), "alice"},
        bob{house.world.add_host("bob", {scenario::bob_ip}), "bob"} {
    bob.on_incoming = [](sim::Agent::Call& call) {
      call.change_answer = scenario::sdp(scenario::bob_ip, 5000);
      call.session->provisional(180);
      call.session->answer(Extra::sdp(scenario::sdp(scenario::bob_ip, 5000)));
    };
    house.world.set_tap([this](const sim::Sent& sent) {
      if (sent.from.ip != scenario::server_ip) return;
      const auto message = sip::Message::parse(std::string{sent.bytes});
      if (!message) return;
      const auto cseq = message->text_of("CSeq").value_or("");
      std::string line = sent.to.ip.text() + " ";
      if (message->is_response()) line += std::to_string(message->status()) + " ";
      from_server.push_back(line.append(cseq.substr(cseq.find(' ') + 1)));
    });
  }
  int count(std::string_view line) const { return static_cast<int>(std::ranges::count(from_server, line)); }
  sim::Agent::Call& call(std::string_view number = "bob", bool offer = true) {
    auto& made = alice.call("sip:" + std::string{number} + "@10.0.0.1", house.address(),
                            offer ? scenario::sdp(scenario::alice_ip) : std::string{});
    made.change_answer = scenario::sdp(scenario::alice_ip);
    house.world.run_for(1s);
    return made;
  }
  void end(sim::Agent::Call& call) {
    call.hang_up();
    house.expect_nothing_left();
  }
};

}  // namespace

TEST(SessionChange, MTH_02_AHoldIsPassedOnAndTakenBack) {
  Pair pair;
  auto& call = pair.call();
  auto& other = *pair.bob.incoming();
  ASSERT_TRUE(call.answered);
  other.change_answer = with(scenario::sdp(scenario::bob_ip, 5000), "a=recvonly");
  EXPECT_TRUE(call.session->change(Extra::sdp(with(scenario::sdp(scenario::alice_ip), "a=sendonly"))));
  pair.house.world.run_for(1s);
  EXPECT_EQ(call.change_result, 200);
  EXPECT_EQ(other.changes, 1);
  EXPECT_NE(other.changed_body.find("a=sendonly"), std::string::npos) << other.changed_body;
  other.change_answer = scenario::sdp(scenario::bob_ip, 5000);
  EXPECT_TRUE(call.session->change(Extra::sdp(scenario::sdp(scenario::alice_ip))));
  pair.house.world.run_for(1s);
  EXPECT_EQ(other.changes, 2);
  EXPECT_EQ(other.changed_body.find("a=sendonly"), std::string::npos);
  EXPECT_EQ(call.changes, 0) << "who holds is not asked anything";
  pair.end(call);
}

TEST(SessionChange, MTH_02_WithHoldMusicTheHeldPartyIsNotAsked) {
  Pair pair{R"x(<param name="hold-music" value="%(1000,0,440)"/>)x"};
  auto& call = pair.call();
  auto& other = *pair.bob.incoming();
  EXPECT_TRUE(call.session->change(Extra::sdp(with(scenario::sdp(scenario::alice_ip), "a=sendonly"))));
  pair.house.world.run_for(1s);
  EXPECT_EQ(call.change_result, 200);
  EXPECT_EQ(other.changes, 0);
  EXPECT_TRUE(call.session->change(Extra::sdp(scenario::sdp(scenario::alice_ip))));
  pair.house.world.run_for(1s);
  EXPECT_EQ(other.changes, 0);
  pair.end(call);
}

TEST(SessionChange, RSP_27_BothHoldAtTheSameTimeAndNobodyIsLost) {
  Pair pair;
  auto& call = pair.call();
  auto& other = *pair.bob.incoming();
  const auto hold = Extra::sdp(with(scenario::sdp(scenario::alice_ip), "a=sendonly"));
  const auto hold_bob = Extra::sdp(with(scenario::sdp(scenario::bob_ip, 5000), "a=sendonly"));
  call.retry = hold;
  other.retry = hold_bob;
  EXPECT_TRUE(call.session->change(hold));
  EXPECT_TRUE(other.session->change(hold_bob));
  pair.house.world.run_for(20s);
  EXPECT_EQ(call.change_result, 200);
  EXPECT_EQ(other.change_result, 200);
  EXPECT_TRUE(call.session);
  EXPECT_TRUE(other.session);
  pair.end(call);
}

TEST(SessionChange, MTH_03_ALateOfferOfTheCallerIsAnsweredInItsAck) {
  Pair pair;
  auto& call = pair.call("bob", false);
  ASSERT_TRUE(call.answered);
  EXPECT_NE(call.remote_body.find("m=audio"), std::string::npos);
  call.session->acknowledge(Extra::sdp(scenario::sdp(scenario::alice_ip)));
  pair.house.world.run_for(5s);
  EXPECT_TRUE(call.session);
  // and of a re-INVITE
  EXPECT_TRUE(pair.bob.incoming()->session->change({}));
  pair.house.world.run_for(1s);
  EXPECT_EQ(pair.bob.incoming()->change_result, 200);
  pair.end(call);
}

TEST(SessionChange, MTH_09_Enable100relMakesEarlyMediaReliableOnBothSides) {
  Pair pair{R"(<param name="enable-100rel" value="true"/>)"};
  pair.alice.policy.reliable_provisionals = pair.bob.policy.reliable_provisionals = true;
  pair.bob.on_incoming = [](sim::Agent::Call& call) {
    call.session->provisional(183, {}, Extra::sdp(scenario::sdp(scenario::bob_ip, 5000)));
  };
  auto& call = pair.call();
  EXPECT_EQ(pair.bob.incoming()->pracks, 1);
  EXPECT_EQ(pair.count("10.0.0.3 PRACK"), 1);
  EXPECT_EQ(pair.count("10.0.0.2 200 PRACK"), 1);
  EXPECT_NE(call.early_body.find("m=audio"), std::string::npos);
  pair.bob.incoming()->session->answer(Extra::sdp(scenario::sdp(scenario::bob_ip, 5000)));
  pair.house.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  pair.end(call);
}

TEST(SessionChange, MTH_09_ACallerThatRequires100relGetsIt) {
  Pair pair;
  pair.alice.policy.reliable_provisionals = true;
  auto& call = pair.call("early");
  EXPECT_EQ(pair.count("10.0.0.2 200 PRACK"), 0) << "supported is not enough without enable-100rel";
  call.hang_up();
  pair.house.expect_nothing_left();
}

TEST(SessionChange, MTH_16_AnUpdateInTheEarlyDialogChangesMedia) {
  Pair pair{R"(<param name="enable-100rel" value="true"/>)"};
  pair.alice.policy.reliable_provisionals = true;
  auto& call = pair.alice.call("sip:early@10.0.0.1", pair.house.address(), scenario::sdp(scenario::alice_ip));
  pair.house.world.run_for(500ms);
  ASSERT_NE(call.early_body.find("m=audio"), std::string::npos);
  EXPECT_EQ(pair.count("10.0.0.2 200 PRACK"), 1);
  EXPECT_FALSE(call.session->update(Extra::sdp(scenario::sdp(scenario::alice_ip, 4100)))) << "no Allow with UPDATE in a 183";
  pair.house.world.run_for(2s);
  EXPECT_TRUE(call.answered);
  pair.end(call);
}

TEST(SessionChange, SIP_19_TheServerRefreshesWhereTheCallerCannot) {
  Pair pair;
  auto& call = pair.call("short");
  ASSERT_TRUE(call.answered);
  pair.house.world.run_for(200s);
  EXPECT_TRUE(call.session) << "a caller without timers is left alone";
  call.hang_up();
  pair.alice.policy.timer = {true, 1800s, 90s};
  auto& timed = pair.call("short");
  ASSERT_TRUE(timed.answered);
  pair.house.world.run_for(200s);
  EXPECT_TRUE(timed.session);
  EXPECT_EQ(pair.count("10.0.0.2 200 UPDATE") + pair.count("10.0.0.2 200 INVITE"), 2 + 4) << "every 45 s of 90";
  pair.end(timed);
}

TEST(SessionChange, SIP_19_TheServerGivesUpACallThatIsNotRefreshed) {
  Pair pair;
  pair.alice.policy.timer = pair.bob.policy.timer = {true, 120s, 90s};
  pair.call();
  ASSERT_EQ(pair.house.legs(), 2U);
  pair.alice.calls().clear();  // the phone loses its memory, and answers nothing
  pair.house.world.run_for(200s);
  EXPECT_EQ(pair.house.legs(), 0U);
}

TEST(SessionChange, RSP_27_ASessionIntervalBelowTheMinimumIs422) {
  Pair pair{R"(<param name="minimum-session-expires" value="600"/>)"};
  pair.alice.policy.timer = {true, 120s, 90s};
  auto& call = pair.call();
  EXPECT_EQ(pair.count("10.0.0.2 422 INVITE"), 1);
  EXPECT_TRUE(call.answered);
  pair.end(call);
}
