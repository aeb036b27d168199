// endpoint/session_change_test.cc - glare, UPDATE, PRACK and session timers between two endpoints over a simulated network.
#include <gtest/gtest.h>

#include "endpoint/invite_session.h"
#include "sim/agent.h"

using namespace std::chrono_literals;
using endpoint::Extra;
using How = endpoint::Ending::How;

namespace {

struct TwoAgents {
  sim::World world;
  sim::Host& host_a;
  sim::Host& host_b;
  sim::Agent alice, bob;
  std::vector<std::string> wire;  // "alice INVITE", "bob 200 INVITE" ...

  explicit TwoAgents(std::uint64_t seed = 1)
      : world{seed}, host_a{world.add_host("a", {base::Ip::v4(10, 0, 0, 1)})},
        host_b{world.add_host("b", {base::Ip::v4(10, 0, 0, 2)})}, alice{host_a, "alice"}, bob{host_b, "bob"} {
    world.set_tap([this](const sim::Sent& sent) { note(sent); });
  }
  void note(const sim::Sent& sent) {
    const auto message = sip::Message::parse(std::string{sent.bytes});
    if (!message) return;
    const auto cseq = message->text_of("CSeq").value_or("");
    const auto method = cseq.substr(cseq.find(' ') + 1);
    std::string line = sent.from.ip == host_a.ip() ? "alice " : "bob ";
    if (message->is_response()) line += std::to_string(message->status()) + " ";
    wire.push_back(line.append(method));
    messages.push_back(*message);
  }
  int count(std::string_view line) const { return static_cast<int>(std::ranges::count(wire, line)); }
  /// The first message sent like that.
  const sip::Message& message(std::string_view line) const {
    return messages[static_cast<std::size_t>(std::ranges::find(wire, line) - wire.begin())];
  }

  sim::Agent::Call& call(std::string body = "v=0\r\n") { return alice.call("sip:bob@10.0.0.2", bob.address(), std::move(body)); }
  sim::Agent::Call& answered_call() {
    auto& made = call();
    world.run_for(1s);
    bob.incoming()->session->answer(Extra::sdp("v=0\r\nbob"));
    world.run_for(1s);
    return made;
  }
  void expect_nothing_left() {
    world.run_for(2min);
    for (auto* agent : {&alice, &bob}) {
      EXPECT_EQ(agent->endpoint().server_transactions(), 0U);
      EXPECT_EQ(agent->endpoint().client_transactions(), 0U);
      EXPECT_EQ(agent->endpoint().dialogs(), 0U);
      EXPECT_EQ(agent->endpoint().lingering(), 0U);
    }
  }
  std::vector<sip::Message> messages;
};

}  // namespace

// --- glare -----------------------------------------------------------------------------------------------------------

TEST(SessionChange, RSP_27_GlareIs491AndBothTryAgainAtTimesThatDoNotMeet) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    TwoAgents agents{seed};
    auto& call = agents.answered_call();
    auto& other = *agents.bob.incoming();
    call.retry = Extra::sdp("v=0\r\nalice again");
    other.retry = Extra::sdp("v=0\r\nbob again");
    EXPECT_TRUE(call.session->change(Extra::sdp("v=0\r\nalice")));
    EXPECT_TRUE(other.session->change(Extra::sdp("v=0\r\nbob")));
    agents.world.run_for(50ms);
    EXPECT_EQ(agents.count("alice 491 INVITE"), 1);
    EXPECT_EQ(agents.count("bob 491 INVITE"), 1);
    EXPECT_FALSE(call.change_result);
    EXPECT_FALSE(other.change_result);
    agents.world.run_for(2100ms);  // the one that did not make the Call-ID waits 0-2 s
    EXPECT_EQ(other.change_result, 200);
    EXPECT_FALSE(call.change_result);
    agents.world.run_for(2100ms);  // the owner 2.1-4 s
    EXPECT_EQ(call.change_result, 200);
    EXPECT_EQ(call.changes, 1);
    EXPECT_EQ(other.changes, 1);
    call.hang_up();
    agents.expect_nothing_left();
  }
}

TEST(SessionChange, RSP_27_WhoHasNothingToSayAnyMoreIsToldOfTheGlare) {
  TwoAgents agents;
  auto& call = agents.answered_call();
  EXPECT_TRUE(call.session->change(Extra::sdp("v=0\r\n")));
  EXPECT_TRUE(agents.bob.incoming()->session->change(Extra::sdp("v=0\r\n")));
  agents.world.run_for(5s);
  EXPECT_EQ(call.change_result, 491);
  EXPECT_EQ(agents.bob.incoming()->change_result, 491);
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_02_AChangeThatHasToWaitGoesOutWhenItMay) {
  TwoAgents agents;
  auto& call = agents.answered_call();
  auto& other = *agents.bob.incoming();
  other.retry = Extra::sdp("v=0\r\nbob");
  EXPECT_TRUE(call.session->change(Extra::sdp("v=0\r\nalice")));
  agents.world.run_until([&] { return other.changes == 1; }, 1s);
  EXPECT_FALSE(other.session->change(Extra::sdp("v=0\r\nnot now"))) << "our 200 has no ACK yet";
  other.session->offer_soon();
  agents.world.run_for(1s);
  EXPECT_EQ(other.change_result, 200);
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_03_AByeIsSentOnceThoughAnAckIsStillOnItsWay) {
  TwoAgents agents;
  auto& call = agents.answered_call();
  EXPECT_TRUE(agents.bob.incoming()->session->change(Extra::sdp("v=0\r\nbob")));
  agents.world.run_until([&] { return agents.count("alice 200 INVITE") == 1; }, 1s);
  call.hang_up();
  agents.expect_nothing_left();
  EXPECT_EQ(agents.count("alice BYE"), 1);
}

// --- UPDATE ----------------------------------------------------------------------------------------------------------

TEST(SessionChange, MTH_16_UpdateNeedsAPeerThatAllowsIt) {
  TwoAgents agents;
  agents.alice.policy.timer = agents.bob.policy.timer = {true, 1800s, 120s};
  auto& call = agents.answered_call();
  EXPECT_FALSE(call.session->update(Extra::sdp("v=0\r\n"))) << "the 200 of a plain agent says nothing of UPDATE";
  EXPECT_TRUE(agents.bob.incoming()->session->update(Extra::sdp("v=0\r\nupdate")));
  agents.world.run_for(1s);
  EXPECT_EQ(call.changed_by, "UPDATE");
  EXPECT_EQ(agents.bob.incoming()->change_result, 200);
  EXPECT_EQ(agents.count("bob ACK"), 0);
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_16_AnUpdateBeforeTheAnswerNeedsASettledOffer) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = true;
  agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [](sim::Agent::Call& call) { call.session->provisional(180); };
  auto& call = agents.call();
  agents.world.run_for(1s);
  auto& other = *agents.bob.incoming();
  EXPECT_FALSE(other.session->update(Extra::sdp("v=0\r\n"))) << "the offer has no answer yet";
  other.session->provisional(183, {}, Extra::sdp("v=0\r\nearly"));
  agents.world.run_for(1s);
  EXPECT_EQ(call.early_body, "v=0\r\nearly");
  EXPECT_TRUE(other.session->update(Extra::sdp("v=0\r\nupdate")));
  agents.world.run_for(1s);
  EXPECT_EQ(call.changed_by, "UPDATE");
  EXPECT_EQ(other.change_result, 200);
  other.session->answer(Extra::sdp("v=0\r\nearly"));
  agents.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  EXPECT_TRUE(other.acknowledged);
  call.hang_up();
  agents.expect_nothing_left();
}

// --- PRACK -----------------------------------------------------------------------------------------------------------

TEST(SessionChange, MTH_09_AReliable183IsAcknowledgedAndItsAnswerNotRepeated) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [](sim::Agent::Call& call) { call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly")); };
  auto& call = agents.call();
  agents.world.run_for(1s);
  const auto& progress = agents.message("bob 183 INVITE");
  EXPECT_EQ(progress.text_of("Require"), "100rel");
  const auto& prack = agents.message("alice PRACK");
  EXPECT_EQ(std::string{prack.text_of("RAck").value_or("")},
            std::string{progress.text_of("RSeq").value_or("")} + " 1 INVITE");
  EXPECT_EQ(agents.count("bob 200 PRACK"), 1);
  EXPECT_EQ(agents.bob.incoming()->pracks, 1);
  EXPECT_FALSE(agents.message("bob 100 INVITE").text_of("RSeq"));
  agents.bob.incoming()->session->answer(Extra::sdp("v=0\r\nearly"));
  agents.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  EXPECT_EQ(agents.message("bob 200 INVITE").body(), "");
  EXPECT_EQ(agents.message("alice PRACK").text_of("CSeq"), "2 PRACK");
  call.hang_up();
  agents.world.run_for(1s);
  EXPECT_EQ(agents.message("alice BYE").text_of("CSeq"), "3 BYE");
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_09_TheAnswerWaitsForThePrackOfADescription) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [](sim::Agent::Call& call) {
    call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly"));
    call.session->provisional(180);
    call.session->answer(Extra::sdp("v=0\r\nearly"));
  };
  auto& call = agents.call();
  agents.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  const auto position = [&](std::string_view line) { return std::ranges::find(agents.wire, line) - agents.wire.begin(); };
  EXPECT_LT(position("alice PRACK"), position("bob 200 INVITE"));
  EXPECT_EQ(call.provisionals, (std::vector<int>{183, 180}));
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_09_ACallThatWaitsForAPrackCanBeCancelledAndRefused) {
  for (const bool by_caller : {true, false}) {
    TwoAgents agents;
    agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
    agents.bob.on_incoming = [](sim::Agent::Call& call) {
      call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly"));
      call.session->answer(Extra::sdp("v=0\r\nearly"));
    };
    auto& call = agents.call();
    agents.world.run_until([&] { return agents.count("bob 183 INVITE") == 1; }, 1s);
    if (by_caller) call.hang_up();
    else agents.bob.incoming()->hang_up(480);
    agents.world.run_for(5s);
    EXPECT_EQ(agents.count("bob 200 INVITE"), 0);
    agents.expect_nothing_left();
  }
}

TEST(SessionChange, MTH_09_ALateOfferIsMadeInA183AndAnsweredInThePrack) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [](sim::Agent::Call& call) { call.session->provisional(183, {}, Extra::sdp("v=0\r\noffer")); };
  auto& call = agents.call("");
  call.on_early = [](const sip::Message&) { return Extra::sdp("v=0\r\nanswer"); };
  agents.world.run_for(1s);
  EXPECT_EQ(agents.bob.incoming()->remote_body, "v=0\r\nanswer");
  agents.bob.incoming()->session->answer(Extra::sdp("v=0\r\noffer"));
  agents.world.run_for(1s);
  EXPECT_TRUE(agents.bob.incoming()->acknowledged);
  EXPECT_EQ(agents.message("bob 200 INVITE").body(), "");
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_09_APrackMayCarryAnotherOffer) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [](sim::Agent::Call& call) { call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly")); };
  auto& call = agents.call();
  call.on_early = [](const sip::Message&) { return Extra::sdp("v=0\r\nanother"); };
  agents.world.run_for(1s);
  EXPECT_EQ(agents.bob.incoming()->changed_by, "PRACK");
  EXPECT_EQ(agents.message("bob 200 PRACK").body(), "v=0\r\nchanged");
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, RSP_29_WithoutAPrackTheCallIsRefusedWith504) {
  TwoAgents agents;
  agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
  agents.bob.on_incoming = [&](sim::Agent::Call& call) {
    agents.world.partition(agents.host_a, agents.host_b);
    call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly"));
    call.session->answer(Extra::sdp("v=0\r\nearly"));
  };
  auto& call = agents.call();
  agents.world.run_for(32500ms);
  EXPECT_EQ(agents.count("bob 183 INVITE"), 7);
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::no_ack);
  EXPECT_EQ(agents.bob.incoming()->ended->status, 504);
  EXPECT_GE(agents.count("bob 504 INVITE"), 1);
  agents.world.heal();
  if (call.session) call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, MTH_09_UnderLossEveryProvisionalArrives) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TwoAgents agents{seed};
    agents.world.weather = {.loss = 0.3, .duplicate = 0.1, .reorder = 0.2, .delay_min = 1ms, .delay_max = 20ms};
    agents.alice.policy.reliable_provisionals = agents.bob.policy.reliable_provisionals = true;
    agents.bob.on_incoming = [](sim::Agent::Call& call) {
      call.session->provisional(180);
      call.session->provisional(183, {}, Extra::sdp("v=0\r\nearly"));
      call.session->answer(Extra::sdp("v=0\r\nearly"));
    };
    auto& call = agents.call();
    agents.world.run_for(40s);
    if (call.answered) {
      EXPECT_EQ(call.provisionals, (std::vector<int>{180, 183}));
    }
    if (call.session) call.hang_up();
    agents.world.run_for(60s);
    for (auto& incoming : agents.bob.calls())
      if (incoming->session) incoming->hang_up();
    agents.world.weather = {};
    agents.expect_nothing_left();
  }
}

TEST(SessionChange, MTH_09_WhoDoesNotKnow100relGetsPlainProvisionals) {
  TwoAgents agents;
  agents.bob.policy.reliable_provisionals = true;
  agents.call();
  agents.world.run_for(1s);
  EXPECT_FALSE(agents.message("bob 180 INVITE").text_of("RSeq"));
  EXPECT_EQ(agents.count("alice PRACK"), 0);
}

// --- session timers --------------------------------------------------------------------------------------------------

TEST(SessionChange, SIP_19_TheCallerRefreshesAndTheCallLivesOn) {
  TwoAgents agents;
  agents.alice.policy.timer = agents.bob.policy.timer = {true, 120s, 90s};
  auto& call = agents.answered_call();
  EXPECT_EQ(agents.message("alice INVITE").text_of("Session-Expires"), "120");
  EXPECT_EQ(agents.message("bob 200 INVITE").text_of("Session-Expires"), "120;refresher=uac");
  EXPECT_EQ(agents.message("bob 200 INVITE").text_of("Require"), "timer");
  agents.world.run_for(600s);
  EXPECT_TRUE(call.session);
  EXPECT_TRUE(agents.bob.incoming()->session);
  EXPECT_EQ(agents.count("alice INVITE"), 11);  // 60 s, 120 s ... and the first one
  EXPECT_EQ(agents.count("bob INVITE"), 0);
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, SIP_19_ARefreshIsAnUpdateWhereThePeerTakesIt) {
  TwoAgents agents;
  agents.alice.policy.timer = agents.bob.policy.timer = {true, 120s, 90s};
  agents.call();
  agents.world.run_for(1s);
  Extra answer = Extra::sdp("v=0\r\nbob");
  answer.headers.emplace_back("Allow", "INVITE, ACK, BYE, UPDATE");
  agents.bob.incoming()->session->answer(answer);
  agents.world.run_for(200s);
  EXPECT_EQ(agents.count("alice UPDATE"), 3);
  EXPECT_EQ(agents.message("alice UPDATE").body(), "");
  EXPECT_EQ(agents.message("alice UPDATE").text_of("Session-Expires"), "120;refresher=uac");
  agents.alice.calls().front()->hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, SIP_19_WithoutRefreshesBothSidesEndTheCall) {
  TwoAgents agents;
  agents.alice.policy.timer = agents.bob.policy.timer = {true, 120s, 90s};
  auto& call = agents.answered_call();
  agents.world.partition(agents.host_a, agents.host_b);
  agents.world.run_for(100s);
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::expired);
  ASSERT_TRUE(call.ended);
  EXPECT_NE(call.ended->how, How::bye);
  agents.expect_nothing_left();
}

TEST(SessionChange, RSP_27_A422IsHeeded) {
  TwoAgents agents;
  agents.alice.policy.timer = {true, 120s, 90s};
  agents.bob.policy.timer = {true, 1800s, 600s};
  auto& call = agents.answered_call();
  EXPECT_EQ(agents.message("bob 422 INVITE").text_of("Min-SE"), "600");
  EXPECT_EQ(agents.count("alice INVITE"), 2);
  EXPECT_TRUE(call.answered);
  EXPECT_EQ(agents.message("bob 200 INVITE").text_of("Session-Expires"), "600;refresher=uac");
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(SessionChange, SIP_19_APeerWithoutTimersIsLeftAlone) {
  TwoAgents agents;
  agents.bob.policy.timer = {true, 120s, 90s};
  auto& call = agents.answered_call();
  agents.world.run_for(600s);
  EXPECT_TRUE(call.session);
  EXPECT_EQ(agents.count("bob INVITE"), 0);
  call.hang_up();
  agents.expect_nothing_left();
}
