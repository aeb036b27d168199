// tests/scenario/lamps_test.cc - hundreds of lamps through a bad network: after quiet each shows what its line does.
//
// The model is what the telephones themselves know of their calls. A lamp applies documents as RFC 4235 section 3.5 says, by
// version, whole and partial.
#include <gtest/gtest.h>

#include "sim/agent.h"
#include "sim/watcher.h"
#include "tests/scenario/fixture.h"
#include "xml/tree.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view dialplan =
    R"(<extension name="line"><condition field="destination_number" expression="^(line\d+)$">
<action application="set" data="hangup_after_bridge=true"/><action application="set" data="call_timeout=20"/>
<action application="bridge" data="{presence_id=$1@10.0.0.1}sofia/internal/$1@10.0.0.3:5060"/></condition></extension>)";

std::string name_of(std::size_t line) { return "line" + std::to_string(line); }

/// One lamp: the dialogs of its line, as far as it was told.
struct Lamp {
  std::map<std::string, std::string> dialogs;  // state by id
  std::int64_t version = -1;
  bool lost = false;  // a version was left out, and no whole document has come since

  void apply(const std::string& document) {
    const auto tree = xml::Tree::parse(document);
    ASSERT_TRUE(tree) << document;
    const auto root = tree->root();
    const std::int64_t number = std::stoll(std::string{root.attribute("version")});
    const bool whole = root.attribute("state") == "full";
    EXPECT_GT(number, version) << "versions only grow";
    lost = !whole && (lost || number != version + 1);
    version = number;
    if (whole) dialogs.clear();
    for (const auto& dialog : root.children()) {
      const auto state = dialog.child("state").text();
      if (state == "terminated") dialogs.erase(std::string{dialog.attribute("id")});
      else dialogs[std::string{dialog.attribute("id")}] = state;
    }
  }
  std::string color() const {
    std::string best = "off";
    for (const auto& [id, state] : dialogs) best = state == "confirmed" || best == "off" ? state : best;
    return best;
  }
};

struct Town {
  Town(std::uint64_t seed, std::size_t count)
      : lines{count}, house{dialplan, seed, 2, R"(<param name="accept-blind-reg" value="true"/>)"}, callers{house.world.add_host("callers", {scenario::alice_ip}), "callers"},
        callees{house.world.add_host("callees", {scenario::bob_ip}), "callees"},
        watcher{house.world.add_host("board", {base::Ip::v4(10, 0, 0, 4)}), "alice", house.address()}, lamps(count) {
    std::string users;
    for (std::size_t i = 0; i < lines; ++i) users += "<user id=\"" + name_of(i) + "\"/>";
    house.xml.insert(house.xml.find("</domain>"), users);
    house.restart();
    callees.on_incoming = [this](sim::Agent::Call& call) { react(call); };
    watcher.on_notify = [this](sim::Watcher::Subscription& subscription, const sip::Message& notify) {
      lamps[std::stoul(subscription.uri().substr(8))].apply(std::string{notify.body()});
    };
  }
  base::Random& random() { return house.world.random(); }

  void react(sim::Agent::Call& call) {
    const auto choice = random().below(10);
    if (choice == 0) return call.hang_up(486);
    if (choice == 1) return;
    call.session->provisional(180);
    if (choice > 3) call.session->answer(endpoint::Extra::sdp(scenario::sdp(scenario::bob_ip, 5000)));
  }
  void watch_all() {
    for (std::size_t i = 0; i < lines; ++i) {
      watcher.subscribe("sip:" + name_of(i) + "@10.0.0.1", "dialog");
      if (i % 20 == 0) house.world.run_for(20ms);
    }
    house.world.run_for(35s);
  }
  void place() {
    const auto from = random().below(lines), to = random().below(lines);
    callers.set_user(name_of(from));
    auto& call = callers.call("sip:" + name_of(to) + "@10.0.0.1", house.address(), scenario::sdp(scenario::alice_ip));
    placed.push_back({&call, from, to});
  }
  void live(std::size_t calls) {
    for (std::size_t i = 0; i < calls; ++i) {
      place();
      for (auto* agent : {&callers, &callees}) {
        if (agent->calls().empty()) continue;
        auto& call = *agent->calls()[random().below(agent->calls().size())];
        if (call.session && random().chance(0.4)) call.hang_up(random().chance(0.5) ? 480 : 486);
      }
      house.world.run_for(std::chrono::milliseconds{random().below(400)});
    }
    house.world.run_for(100s);
  }
  /// What the telephones know.
  std::vector<std::string> model() const {
    std::vector<std::string> colors(lines, "off");
    for (const auto& [call, from, to] : placed)
      if (call->session && call->answered && !call->ended) colors[from] = colors[to] = "confirmed";
    return colors;
  }

  struct Placed {
    sim::Agent::Call* call;
    std::size_t from, to;
  };
  std::size_t lines;
  scenario::House house;
  sim::Agent callers, callees;
  sim::Watcher watcher;
  std::vector<Lamp> lamps;
  std::vector<Placed> placed;
};

void expect_right(const Town& town) {
  const auto model = town.model();
  std::size_t lit = 0;
  for (std::size_t i = 0; i < town.lines; ++i) {
    EXPECT_EQ(town.lamps[i].color(), model[i]) << name_of(i);
    EXPECT_FALSE(town.lamps[i].lost) << name_of(i);
    lit += model[i] == "off" ? 0U : 1U;
  }
  EXPECT_GT(lit, 0U) << "somebody is still talking";
}

}  // namespace

TEST(Lamps, PRS_02_AThousandLinesAreRightAfterRandomCallsUnderLoss) {
  constexpr std::uint64_t seed = 20261125;
  SCOPED_TRACE("seed " + std::to_string(seed));
  Town town{seed, 1000};
  town.house.world.weather = {.loss = 0.02, .duplicate = 0.01, .reorder = 0.1, .delay_min = 1ms, .delay_max = 30ms};
  town.watch_all();
  town.live(1500);
  expect_right(town);
}

TEST(Lamps, PRS_02_AFewLinesWithManyCallsAreRightForManySeeds) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Town town{seed, 10};
    town.house.world.weather = {.loss = 0.1, .duplicate = 0.05, .reorder = 0.2, .delay_min = 1ms, .delay_max = 30ms};
    town.watch_all();
    town.live(60);
    expect_right(town);
  }
}
