// tests/scenario/control_test.cc - the operator's commands against a whole server of two shards.
#include <gtest/gtest.h>

#include "control/commander.h"
#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;

namespace {

constexpr std::string_view dialplan = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="park"><condition field="destination_number" expression="^park$">
<action application="answer"/><action application="park"/></condition></extension>)";

struct Desk {
  scenario::House house{dialplan};
  sim::Agent alice{house.world.add_host("alice", {scenario::alice_ip}), "alice"};
  sim::Agent bob{house.world.add_host("bob", {scenario::bob_ip}), "bob"};
  control::House view;
  control::Commander commander{view};
  int reloads = 0;

  Desk() {
    for (std::uint16_t id = 0; id < house.server->count(); ++id) {
      auto& one = house.server->at(id);
      view.shards.push_back({&one.shard, &one.endpoint, &one.calls, &one.runtime, &one.journal, &one.location, &one.gateways, &one.state_agent});
    }
    view.version = "Ahoy test";
    view.started = view.home().now();
    view.reload = [this] { return ++reloads == 1 ? std::string{} : std::string{"freeswitch.xml:1:1: error: no\n"}; };
    bob.on_incoming = [](sim::Agent::Call& call) {
      call.session->provisional(180);
      call.session->answer(endpoint::Extra::sdp(scenario::sdp(scenario::bob_ip)));
    };
  }
  std::string run(const std::string& line, base::Duration wait = 1s) {
    std::string answer = "(no answer)";
    commander.run(line, [&](std::string text) { answer = std::move(text); });
    house.world.run_for(wait);
    return answer;
  }
  sim::Agent::Call& call(const std::string& number) {
    auto& call = alice.call("sip:" + number + "@10.0.0.1", house.address(), scenario::sdp(scenario::alice_ip));
    house.world.run_for(500ms);
    return call;
  }
};

std::string first_uuid(const std::string& table) {
  const auto line = table.find('\n') + 1;
  return table.substr(line, table.find(',', line) - line);
}

}  // namespace

TEST(Control, StatusAndVersionSayWhatThereIs) {
  Desk desk;
  desk.call("bob");
  const auto status = desk.run("status");
  EXPECT_NE(status.find("Ahoy test is ready"), std::string::npos);
  EXPECT_NE(status.find("2 session(s) now"), std::string::npos) << status;
  EXPECT_NE(status.find("2 shard(s)"), std::string::npos);
  EXPECT_EQ(desk.run("version"), "Ahoy test\n");
}

TEST(Control, ShowPrintsTablesAndCounts) {
  Desk desk;
  EXPECT_EQ(desk.run("show calls"), "\n0 total.\n");
  desk.call("bob");
  EXPECT_NE(desk.run("show channels").find("\n2 total.\n"), std::string::npos);
  const auto calls = desk.run("show calls");
  EXPECT_NE(calls.find("\n1 total.\n"), std::string::npos) << calls;
  EXPECT_NE(calls.find(",ACTIVE,"), std::string::npos) << calls;
  EXPECT_EQ(desk.run("show calls count"), "\n1 total.\n");
  EXPECT_NE(desk.run("show application").find("bridge,"), std::string::npos);
  EXPECT_NE(desk.run("show api").find("uuid_kill,"), std::string::npos);
  EXPECT_TRUE(desk.run("show nonsense").starts_with("-USAGE"));
}

TEST(Control, AMisspeltCommandFindsItsNeighbour) {
  Desk desk;
  EXPECT_EQ(desk.run("statsu"), "-ERR statsu Command not found! Did you mean status?\n");
  EXPECT_NE(desk.run("help").find("uuid_kill"), std::string::npos);
  EXPECT_NE(desk.run("help uuid_kill").find("Hangs up one leg"), std::string::npos);
}

TEST(Control, FunctionsOfTheDialplanAreCommandsToo) {
  Desk desk;
  EXPECT_EQ(desk.run("expr 1+1"), "2");
}

TEST(Control, UuidKillEndsOneCallAndHupallTheRest) {
  Desk desk;
  auto& first = desk.call("bob");
  auto& second = desk.call("park");
  const auto uuid = first_uuid(desk.run("show calls"));
  EXPECT_EQ(desk.run("uuid_kill " + uuid + " USER_BUSY"), "+OK\n");
  EXPECT_EQ(desk.run("uuid_kill nobody"), "-ERR No such channel!\n");
  EXPECT_NE(first.ended.has_value(), second.ended.has_value());
  EXPECT_EQ(desk.run("hupall"), "+OK hangup all channels with cause MANAGER_REQUEST\n");
  EXPECT_TRUE(first.ended && second.ended);
  desk.house.expect_nothing_left();
}

TEST(Control, OriginateConnectsTheAnswerToAnApplication) {
  Desk desk;
  const auto answer = desk.run("originate sofia/internal/bob@10.0.0.3:5060 &park() XML default Desk 42");
  ASSERT_TRUE(answer.starts_with("+OK ")) << answer;
  const auto channels = desk.run("show channels");
  EXPECT_NE(channels.find(",park,"), std::string::npos) << channels;
  EXPECT_NE(channels.find(",Desk,42,"), std::string::npos) << channels;
  EXPECT_EQ(desk.run("originate error/USER_BUSY &park()"), "-ERR USER_BUSY\n");
  EXPECT_TRUE(desk.run("originate").starts_with("-USAGE"));
  desk.run("hupall");
  desk.house.expect_nothing_left();
}

TEST(Control, AParkedCallIsTransferred) {
  Desk desk;
  auto& call = desk.call("park");
  const auto uuid = first_uuid(desk.run("show channels"));
  EXPECT_EQ(desk.run("uuid_transfer " + uuid + " bob"), "+OK\n");
  ASSERT_TRUE(desk.bob.incoming());
  EXPECT_TRUE(desk.bob.incoming()->acknowledged);
  call.hang_up();
  desk.house.expect_nothing_left();
}

TEST(Control, AReloadSaysWhatIsWrong) {
  Desk desk;
  EXPECT_EQ(desk.run("reloadxml"), "+OK [Success]\n");
  EXPECT_EQ(desk.run("reloadxml"), "-ERR nothing has changed:\nfreeswitch.xml:1:1: error: no\n");
}

TEST(Journal, TraceIsALadderOverBothLegsWithAVerdict) {
  Desk desk;
  auto& call = desk.call("bob");
  desk.house.world.run_for(10s);
  call.hang_up();
  desk.house.world.run_for(1s);
  const auto list = desk.run("trace");
  ASSERT_NE(list.find("alice -> bob: Answered after"), std::string::npos) << list;
  const auto uuid = list.substr(20, 36);
  const auto ladder = desk.run("trace " + uuid);
  for (const auto* part : {" INVITE -", "<-", "100 Trying", "180 Ringing", "200 OK", "bridge sofia/internal/bob@10.0.0.3:5060",
                           "10.0.0.2:5060", "10.0.0.3:5060", "BYE", "hung up by caller", "verdict: Answered after 0.0 s, lasted 10"})
    EXPECT_NE(ladder.find(part), std::string::npos) << part << " is not in\n" << ladder;
  EXPECT_TRUE(desk.run("trace ffffffff-nothing").starts_with("-ERR"));
}

TEST(Journal, AFailedCallSaysWhoRefused) {
  Desk desk;
  desk.bob.on_incoming = [](sim::Agent::Call& call) { call.hang_up(486); };
  desk.call("bob");
  desk.house.world.run_for(1s);
  const auto list = desk.run("trace");
  EXPECT_NE(list.find("Failed after 0.0 s: USER_BUSY, 10.0.0.3:5060 said 486"), std::string::npos) << list;
}

TEST(Journal, KeepsABoundedNumberOfEntriesAndSaysHowManyItLeftOut) {
  Desk desk;
  desk.call("park");
  const auto uuid = first_uuid(desk.run("show channels"));
  EXPECT_EQ(desk.run("uuid_recv_dtmf " + uuid + " " + std::string(record::CallJournal::entries_max + 50, '7')), "+OK\n");
  const auto ladder = desk.run("trace " + uuid);
  EXPECT_NE(ladder.find("more entries were not kept)"), std::string::npos) << ladder.substr(ladder.size() - 300);
  EXPECT_LE(std::ranges::count(ladder, '\n'), static_cast<std::ptrdiff_t>(record::CallJournal::entries_max + 5));
}
