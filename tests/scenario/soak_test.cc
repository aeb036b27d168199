// tests/scenario/soak_test.cc - forty phones that call, hold, transfer and write to each other through loss, partitions and
// phones that lose their memory; from seeds, checkers on.
#include <gtest/gtest.h>

#include "call/link.h"
#include "sim/agent.h"
#include "tests/scenario/fixture.h"
#include "tests/scenario/pairing.h"

using namespace std::chrono_literals;
using endpoint::Extra;

namespace {

constexpr std::size_t phones = 40;

base::Ip ip_of(std::size_t i) { return base::Ip::v4(10, 0, 1, static_cast<std::uint8_t>(i + 1)); }

std::string plan() {
  return R"(<extension name="phone"><condition field="destination_number" expression="^p(\d+)$">
<action application="set" data="hangup_after_bridge=true"/><action application="set" data="call_timeout=20"/>
<action application="bridge" data="sofia/internal/p$1@10.0.1.$1:5060"/></condition></extension>
<extension name="echo"><condition field="destination_number" expression="^echo$">
<action application="answer"/><action application="echo"/></condition></extension>)";
}

/// One final answer to each INVITE, from whomever; but a phone that has started again cannot know what it had answered.
struct Checkers {
  std::map<std::string, std::set<int>> finals;  // by Call-ID, CSeq and where it was sent to
  std::set<std::string> forgetful;              // addresses

  void see(const sim::Sent& sent) {
    if (forgetful.contains(sent.from.ip.text())) return;
    const auto message = sip::Message::parse(std::string{sent.bytes});
    if (!message || !message->is_response() || message->status() < 200) return;
    const auto cseq = message->text_of("CSeq").value_or("");
    if (cseq.find("INVITE") == std::string_view::npos) return;
    std::string key{message->text_of("Call-ID").value_or("")};
    finals[key.append(cseq).append(sent.to.text())].insert(message->status());
  }
};

struct Town {
  scenario::House house;
  std::vector<std::unique_ptr<sim::Agent>> agents;
  std::vector<sim::Host*> hosts;
  Checkers checkers;
  scenario::Pairing pairing;

  explicit Town(std::uint64_t seed)
      : house{plan(), seed, 2, R"(<param name="enable-100rel" value="true"/><param name="minimum-session-expires" value="90"/>)"} {
    for (std::size_t i = 0; i < phones; ++i) {
      hosts.push_back(&house.world.add_host("p" + std::to_string(i + 1), {ip_of(i)}));
      add(i);
    }
    house.world.set_tap([this](const sim::Sent& sent) {
      checkers.see(sent);
      pairing.see(sent);
    });
  }
  base::Random& random() { return house.world.random(); }
  std::string description(std::size_t i) { return scenario::sdp(ip_of(i), 4000); }

  void add(std::size_t i) {
    if (agents.size() > i) {
      checkers.forgetful.insert(ip_of(i).text());
      pairing.forgive(ip_of(i));
      agents[i].reset();
    }
    auto agent = std::make_unique<sim::Agent>(*hosts[i], "p" + std::to_string(i + 1));
    agent->policy.reliable_provisionals = i % 2 == 0;
    agent->policy.timer = {i % 3 == 0, 120s, 90s};
    agent->on_incoming = [this, i](sim::Agent::Call& call) {
      call.change_answer = description(i);
      const auto choice = random().below(8);
      if (choice == 0) return call.hang_up(486);
      call.session->provisional(choice < 4 ? 183 : 180, {}, choice < 4 ? Extra::sdp(description(i)) : Extra{});
      if (choice != 1) call.session->answer(Extra::sdp(description(i)));
    };
    if (agents.size() <= i) agents.push_back(std::move(agent));
    else agents[i] = std::move(agent);
  }

  void call(std::size_t i) {
    const auto other = random().below(phones + 2);
    const std::string number = other >= phones ? "echo" : "p" + std::to_string(other + 1);
    if (agents[i]->calls().size() > 30) std::erase_if(agents[i]->calls(), [](const auto& one) { return !one->session; });
    auto& made = agents[i]->call("sip:" + number + "@10.0.0.1", house.address(), description(i));
    made.change_answer = description(i);
  }

  void stir(std::size_t i) {
    auto& calls = agents[i]->calls();
    if (calls.empty()) return;
    auto& one = *calls[random().below(calls.size())];
    if (!one.session) return;
    switch (random().below(6)) {
      case 0: one.session->change(Extra::sdp(description(i) + "a=sendonly\r\n")); break;
      case 1: one.session->change(Extra::sdp(description(i))); break;
      case 2: transfer(one, calls); break;
      case 3:
      case 4: one.hang_up(random().chance(0.5) ? 480 : 486); break;
      default: break;
    }
  }

  void transfer(sim::Agent::Call& one, const std::vector<std::unique_ptr<sim::Agent::Call>>& calls) {
    Extra refer;
    std::string target = "<sip:p" + std::to_string(1 + random().below(phones)) + "@10.0.0.1>";
    for (const auto& other : calls) {
      if (other.get() == &one || !other->session || !other->session->dialog() || !other->answered) continue;
      const auto& id = other->session->dialog()->id();
      target = "<sip:x@10.0.0.1?Replaces=" + sip::escape_param(id.call_id) + "%3Bto-tag%3D" + id.remote_tag + "%3Bfrom-tag%3D" + id.local_tag + ">";
    }
    refer.headers.emplace_back("Refer-To", target);
    one.session->refer(refer);
  }

  void live(int steps) {
    for (int step = 0; step < steps; ++step) {
      for (std::size_t i = 0; i < phones; ++i) {
        if (random().chance(0.1)) call(i);
        if (random().chance(0.2)) stir(i);
      }
      if (random().chance(0.05)) house.world.partition(house.host, *hosts[random().below(phones)]);
      if (random().chance(0.1)) house.world.heal();
      if (random().chance(0.05)) add(random().below(phones));  // it starts again, and knows nothing of its calls
      house.world.run_for(base::Duration{std::chrono::milliseconds{random().below(400)}});
    }
    house.world.heal();
    house.world.weather = {};
    for (auto& agent : agents)
      for (auto& one : agent->calls()) one->hang_up();
  }

  void check() {
    house.world.run_for(60s);
    // What is left belongs to phones that have forgotten it: an operator would find it by its silence.
    for (std::uint16_t id = 0; id < 2; ++id) house.server->at(id).calls.hang_up_all(call::Cause::normal_clearing);
    house.expect_nothing_left();
    for (std::uint16_t id = 0; id < 2; ++id) EXPECT_EQ(house.server->at(id).calls.links().size(), 0U);
    for (auto& agent : agents) {
      EXPECT_EQ(agent->endpoint().client_transactions(), 0U);
      EXPECT_EQ(agent->endpoint().server_transactions(), 0U);
      for (auto& one : agent->calls()) EXPECT_LE(one->ended_times, 1);
    }
    for (const auto& [key, statuses] : checkers.finals) EXPECT_EQ(statuses.size(), 1U) << key << " got several final answers";
    EXPECT_GT(checkers.finals.size(), 50U);
    EXPECT_EQ(pairing.broken(), std::vector<std::string>{});
    EXPECT_GT(pairing.paired(), 50U);
  }
};

}  // namespace

TEST(Soak, TRX_01_FortyPhonesInGoodWeather) {
  Town town{20261124};
  town.live(300);
  town.check();
}

TEST(Soak, TRX_01_FortyPhonesUnderLossPartitionAndRestart) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Town town{seed};
    town.house.world.weather = {.loss = 0.2, .duplicate = 0.1, .reorder = 0.2, .delay_min = 1ms, .delay_max = 30ms};
    town.live(150);
    town.check();
  }
}
