// endpoint/invite_session_test.cc - whole calls between two endpoints over a simulated network.
#include "endpoint/invite_session.h"

#include <gtest/gtest.h>

#include "sim/agent.h"

using namespace std::chrono_literals;
using How = endpoint::Ending::How;

namespace {

struct TwoAgents {
  sim::World world;
  sim::Host& host_a;
  sim::Host& host_b;
  sim::Agent alice, bob;
  explicit TwoAgents(std::uint64_t seed = 1)
      : world{seed}, host_a{world.add_host("a", {base::Ip::v4(10, 0, 0, 1)})},
        host_b{world.add_host("b", {base::Ip::v4(10, 0, 0, 2)})}, alice{host_a, "alice"}, bob{host_b, "bob"} {}

  sim::Agent::Call& call(endpoint::Transport transport = endpoint::Transport::udp) {
    return alice.call("sip:bob@10.0.0.2", bob.address(), "v=0\r\n", transport);
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
};

}  // namespace

TEST(InviteSession, F36_06_ACallIsSetUpAndEndedByTheCaller) {
  TwoAgents agents;
  auto& call = agents.call();
  agents.world.run_for(1s);
  EXPECT_EQ(call.provisionals, std::vector<int>{180});
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\nfrom bob"));
  agents.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  EXPECT_EQ(call.remote_body, "v=0\r\nfrom bob");
  EXPECT_TRUE(agents.bob.incoming()->acknowledged);
  call.hang_up();
  agents.world.run_for(1s);
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::bye);
  agents.expect_nothing_left();
}

TEST(InviteSession, MTH_05_TheCalleeMayEndItToo) {
  TwoAgents agents;
  auto& call = agents.call();
  agents.world.run_for(1s);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
  agents.world.run_for(1s);
  agents.bob.incoming()->hang_up();
  agents.world.run_for(1s);
  ASSERT_TRUE(call.ended);
  EXPECT_EQ(call.ended->how, How::bye);
  agents.expect_nothing_left();
}

TEST(InviteSession, NAT_09_OverTcpEverythingUsesOneConnection) {
  TwoAgents agents;
  auto& call = agents.call(endpoint::Transport::tcp);
  agents.world.run_for(1s);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
  agents.world.run_for(1s);
  EXPECT_TRUE(call.answered);
  agents.bob.incoming()->hang_up();
  agents.world.run_for(1s);
  ASSERT_TRUE(call.ended);
  EXPECT_EQ(call.ended->how, How::bye);
  EXPECT_EQ(agents.alice.endpoint().transports().connections(), 1U);
  EXPECT_EQ(agents.bob.endpoint().transports().connections(), 1U);
  agents.expect_nothing_left();
}

TEST(InviteSession, MTH_06_CancelGives487) {
  TwoAgents agents;
  auto& call = agents.call();
  agents.world.run_for(1s);
  call.hang_up();
  agents.world.run_for(1s);
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::cancelled);
  agents.expect_nothing_left();
}

TEST(InviteSession, MTH_06_ACancelWaitsForAProvisional) {
  TwoAgents agents;
  agents.world.partition(agents.host_a, agents.host_b);
  auto& call = agents.call();
  agents.world.run_for(100ms);
  call.hang_up();
  agents.world.run_for(1s);
  agents.world.heal();
  agents.world.run_for(5s);
  ASSERT_TRUE(agents.bob.incoming());
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::cancelled);
  agents.expect_nothing_left();
}

TEST(InviteSession, MTH_06_AnAnswerThatCrossesTheCancelIsAcknowledgedAndEnded) {
  TwoAgents agents;
  agents.world.weather.delay_min = agents.world.weather.delay_max = 50ms;
  auto& call = agents.call();
  agents.world.run_for(200ms);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
  call.hang_up();
  agents.world.run_for(2s);
  EXPECT_TRUE(agents.bob.incoming()->acknowledged);
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::bye);
  agents.expect_nothing_left();
}

TEST(InviteSession, RSP_24_ARejectionIsToldOnceAndAcknowledged) {
  TwoAgents agents;
  agents.bob.on_incoming = [](sim::Agent::Call& call) { call.hang_up(486); };
  auto& call = agents.call();
  agents.world.run_for(1s);
  ASSERT_TRUE(call.ended);
  EXPECT_EQ(call.ended->how, How::rejected);
  EXPECT_EQ(call.ended->status, 486);
  EXPECT_EQ(call.ended_times, 1);
  agents.expect_nothing_left();
}

TEST(InviteSession, RSP_18_NobodyThereIsATimeoutAfter32Seconds) {
  TwoAgents agents;
  agents.world.partition(agents.host_a, agents.host_b);
  auto& call = agents.call();
  agents.world.run_for(31900ms);
  EXPECT_FALSE(call.ended);
  agents.world.run_for(200ms);
  ASSERT_TRUE(call.ended);
  EXPECT_EQ(call.ended->how, How::timeout);
  agents.expect_nothing_left();
}

TEST(InviteSession, RSP_05_AnAnswerThatIsNeverAcknowledgedIsRepeatedThenEnded) {
  TwoAgents agents;
  agents.call();
  agents.world.run_for(1s);
  int answers = 0;
  agents.world.set_tap([&](const sim::Sent& sent) {
    if (sent.bytes.starts_with("SIP/2.0 200") && sent.bytes.find("INVITE") != std::string_view::npos) ++answers;
  });
  agents.world.partition(agents.host_a, agents.host_b);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
  agents.world.run_for(33s);
  EXPECT_EQ(answers, 11);  // 0, 0.5, 1.5, 3.5, 7.5, 11.5 ... 31.5
  ASSERT_TRUE(agents.bob.incoming()->ended);
  EXPECT_EQ(agents.bob.incoming()->ended->how, How::no_ack);
}

TEST(InviteSession, MTH_02_AReInviteChangesTheCall) {
  TwoAgents agents;
  auto& call = agents.call();
  agents.world.run_for(1s);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
  agents.world.run_for(1s);
  EXPECT_TRUE(call.session->change(endpoint::Extra::sdp("v=0\r\nhold")));
  agents.world.run_for(1s);
  EXPECT_EQ(agents.bob.incoming()->changes, 1);
  EXPECT_EQ(call.change_result, 200);
  call.hang_up();
  agents.expect_nothing_left();
}

TEST(InviteSession, MTH_03_ALateOfferIsAnsweredInTheAck) {
  TwoAgents agents;
  auto& call = agents.alice.call("sip:bob@10.0.0.2", agents.bob.address(), "");
  agents.world.run_for(1s);
  agents.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\noffer"));
  agents.world.run_for(100ms);
  EXPECT_TRUE(call.answered);
  EXPECT_FALSE(agents.bob.incoming()->acknowledged);
  call.session->acknowledge(endpoint::Extra::sdp("v=0\r\nanswer"));
  agents.world.run_for(1s);
  EXPECT_TRUE(agents.bob.incoming()->acknowledged);
  call.hang_up();
  agents.expect_nothing_left();
}

// Loss, duplication and reordering: every INVITE ends in exactly one way, and nothing is left behind.
TEST(InviteSession, TRX_01_UnderThirtyPercentLossEveryCallEndsOnce) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TwoAgents agents{seed};
    agents.world.weather = {.loss = 0.3, .duplicate = 0.1, .reorder = 0.3, .delay_min = 1ms, .delay_max = 20ms};
    agents.bob.on_incoming = [&](sim::Agent::Call& call) {
      call.session->provisional(180);
      if (agents.world.random().chance(0.3)) return call.hang_up(486);
      call.session->answer(endpoint::Extra::sdp("v=0\r\n"));
    };
    auto& call = agents.call();
    agents.world.run_for(5s);
    if (agents.world.random().chance(0.5)) call.hang_up();
    agents.world.run_for(60s);
    if (call.session) call.hang_up();
    agents.world.run_for(60s);
    EXPECT_LE(call.ended_times, 1);
    for (auto& incoming : agents.bob.calls()) {
      EXPECT_LE(incoming->ended_times, 1);
      incoming->hang_up();
    }
    agents.expect_nothing_left();
  }
}
