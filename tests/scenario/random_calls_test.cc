// tests/scenario/random_calls_test.cc - thousands of random calls through a bad network, from a seed, checkers on.
//
// Callers and callees do what people do: answer, reject, let it ring, give up, hang up first or last, all at random
// times. Checkers: every INVITE gets exactly one final answer, no leg, dialog, transaction or port is left.
#include <gtest/gtest.h>

#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view dialplan =
    R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/><action application="set" data="call_timeout=20"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="busy"><condition field="destination_number" expression="^busy$">
<action application="hangup" data="USER_BUSY"/></condition></extension>
<extension name="both"><condition field="destination_number" expression="^both$">
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060,sofia/internal/carol@10.0.0.3:5060|error/USER_BUSY"/>
</condition></extension>)";

/// Counts what went over the wire: final answers to each INVITE of the callers, told apart by Call-ID and branch.
struct FinalAnswers {
  std::map<std::string, std::set<int>> by_call;
  void see(const sim::Sent& sent) {
    if (sent.from.ip != scenario::server_ip || sent.to.ip != scenario::alice_ip) return;
    const auto message = std::string{sent.bytes};
    const int status = sim::status_of(message);
    if (status < 200 || sim::header(message, "CSeq") != "1 INVITE") return;
    by_call[sim::header(message, "Call-ID")].insert(status);
  }
};

struct Town {
  scenario::House house;
  sim::Agent alice, bob;
  FinalAnswers finals;
  std::size_t placed = 0;

  explicit Town(std::uint64_t seed)
      : house{dialplan, seed}, alice{house.world.add_host("alice", {scenario::alice_ip}), "alice"},
        bob{house.world.add_host("bob", {scenario::bob_ip}), "bob"} {
    house.world.set_tap([this](const sim::Sent& sent) { finals.see(sent); });
    bob.on_incoming = [this](sim::Agent::Call& call) { react(call); };
  }
  base::Random& random() { return house.world.random(); }

  void react(sim::Agent::Call& call) {
    const auto choice = random().below(10);
    if (choice == 0) return call.hang_up(486);
    if (choice == 1) return;  // never says a word: the caller or call_timeout ends it
    call.session->provisional(180);
    if (choice == 2) return call.hang_up(480);
    if (choice > 3) call.session->answer(endpoint::Extra::sdp(scenario::sdp(scenario::bob_ip, 5000)));
  }

  void place() {
    static constexpr std::string_view numbers[]{"bob", "bob", "bob", "both", "busy", "nobody"};
    const std::string number{numbers[random().below(std::size(numbers))]};
    const auto transport = random().chance(0.2) ? endpoint::Transport::tcp : endpoint::Transport::udp;
    alice.call("sip:" + number + "@10.0.0.1", house.address(), scenario::sdp(scenario::alice_ip), transport);
    ++placed;
  }

  /// Somebody does something to one of the calls.
  void stir() {
    for (auto* agent : {&alice, &bob}) {
      if (agent->calls().empty()) continue;
      auto& call = *agent->calls()[random().below(agent->calls().size())];
      if (call.session && random().chance(0.3)) call.hang_up(random().chance(0.5) ? 480 : 486);
      else if (call.session && call.answered && random().chance(0.1))
        call.session->change(endpoint::Extra::sdp(scenario::sdp(scenario::alice_ip)));
    }
  }

  void live(std::size_t calls, base::Duration step) {
    while (placed < calls) {
      place();
      stir();
      house.world.run_for(base::Duration{static_cast<std::int64_t>(random().below(static_cast<std::uint64_t>(2 * step.count())))});
      forget_what_is_over();
    }
    house.world.run_for(60s);
    for (auto* agent : {&alice, &bob})
      for (auto& call : agent->calls()) call->hang_up();
  }

  void forget_what_is_over() {
    for (auto* agent : {&alice, &bob}) {
      if (agent->calls().size() < 400) continue;
      std::erase_if(agent->calls(), [](const auto& call) { return !call->session; });
    }
  }

  void check() {
    house.expect_nothing_left();
    for (const auto& [call_id, statuses] : finals.by_call)
      EXPECT_EQ(statuses.size(), 1U) << "call " << call_id << " got several final answers";
    EXPECT_GT(finals.by_call.size(), placed / 2);
  }
};

}  // namespace

TEST(RandomCalls, TRX_01_TenThousandThroughAGoodNetwork) {
  constexpr std::uint64_t seed = 20261123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Town town{seed};
  town.live(10'000, 50ms);
  town.check();
  EXPECT_EQ(town.finals.by_call.size(), 10'000U);
}

TEST(RandomCalls, TRX_01_UnderThirtyPercentLossAndReorderingNothingLeaks) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Town town{seed};
    town.house.world.weather = {.loss = 0.3, .duplicate = 0.1, .reorder = 0.3, .delay_min = 1ms, .delay_max = 30ms};
    town.live(300, 200ms);
    town.check();
  }
}

TEST(RandomCalls, ARunReplaysExactlyFromItsSeed) {
  const auto run = [](std::uint64_t seed) {
    Town town{seed};
    town.house.world.weather = {.loss = 0.2, .duplicate = 0.1, .reorder = 0.2, .delay_min = 1ms, .delay_max = 20ms};
    town.live(60, 100ms);
    return town.finals.by_call;
  };
  EXPECT_EQ(run(7), run(7));
}
