// tests/scenario/guard_test.cc - who guesses and asks around is seen, told of, and let in no more.
#include <gtest/gtest.h>

#include <fstream>

#include "base/log.h"
#include "control/commander.h"
#include "dialplan/pattern.h"
#include "main/view.h"
#include "tests/scenario/fixture.h"
#include "tests/scenario/flow.h"
#include "tests/scenario/memory_storage.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::status_of;

namespace {

/// What the log said while this lives.
struct LogLines {
  LogLines() {
    all().clear();
    base::log::set_observer([](base::log::Level, std::string_view line) { all().emplace_back(line); });
  }
  ~LogLines() { base::log::set_observer(nullptr); }
  static std::vector<std::string>& all() {
    static std::vector<std::string> lines;
    return lines;
  }
  static std::size_t count(std::string_view part) {
    return static_cast<std::size_t>(std::ranges::count_if(all(), [&](const auto& line) { return line.find(part) != std::string::npos; }));
  }
};

/// Somebody outside, with an address of his own.
struct Stranger {
  Stranger(scenario::House& of, std::string name, const base::Ip& ip)
      : house{of}, agent{of.world, of.world.add_host(std::move(name), {ip})} {}

  /// `more`: header lines.
  void send(const std::string& method, const std::string& user, const std::string& more = {}) {
    const auto ip = agent.address().ip.text(), id = ip + "-" + std::to_string(++sent);
    agent.send(house.address(), method + " sip:" + (method == "REGISTER" ? "" : user + "@") + "10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + ip +
                                    ":5060;branch=z9hG4bK" + id + "\r\nMax-Forwards: 70\r\nFrom: <sip:" + user + "@10.0.0.1>;tag=f\r\nTo: <sip:" + user +
                                    "@10.0.0.1>\r\nCall-ID: " + id + "\r\nCSeq: 1 " + method + "\r\nContact: <sip:" + user + "@" + ip + ">\r\n" + more +
                                    "Content-Length: 0\r\n\r\n");
  }
  std::string ask(const std::string& method, const std::string& user, const std::string& more = {}) {
    send(method, user, more);
    return agent.take_from(200, 100ms);
  }
  /// Asks, and answers the challenge.
  std::string log_in(const std::string& user, const std::string& password, const std::string& method = "REGISTER", const std::string& more = {}) {
    const auto challenge = ask(method, user, more);
    if (status_of(challenge) != 401 && status_of(challenge) != 407) return challenge;
    const auto uri = "sip:" + (method == "REGISTER" ? "" : user + "@") + "10.0.0.1";
    return ask(method, user, scenario::credentials(challenge, user, password, method, uri) + "\r\n" + more);
  }

  scenario::House& house;
  sim::RawAgent agent;
  int sent = 0;
};

/// The lines of `failregex` in a filter of fail2ban, its <HOST> as one address.
std::vector<std::string> expressions(const std::string& file) {
  std::vector<std::string> found;
  std::ifstream in{file};
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("failregex = ")) line = "  " + line.substr(12), inside = true;
    else if (!line.starts_with(' ')) inside = false;
    if (!inside) continue;
    std::string expression{base::trim(line)};
    expression.replace(expression.find("<HOST>"), 6, R"(([0-9a-f.:]+))");
    found.push_back(expression);
  }
  return found;
}

std::string host_in(const std::string& line, const std::string& file) {
  for (const auto& expression : expressions(file)) {
    const auto pattern = dialplan::Pattern::compile(expression);
    EXPECT_TRUE(pattern.has_value()) << expression;
    if (const auto match = pattern ? pattern->match(line) : std::nullopt) return std::string{(*match)[1]};
  }
  return {};
}

constexpr auto filter = "packaging/fail2ban/filter.d/ahoy.conf";

}  // namespace

TEST(Guard, SEC_10_AFailedAuthenticationIsOneLineThatFail2banReads) {
  scenario::House house{{}};
  Stranger eve{house, "eve", scenario::alice_ip};
  LogLines log;
  EXPECT_EQ(status_of(eve.log_in("alice", "wrong")), 401);
  ASSERT_EQ(LogLines::all().size(), 1U);
  const auto line = LogLines::all().front();
  EXPECT_EQ(line, "[WARNING] [SOFIA] SIP auth failure (REGISTER) on sofia profile 'internal' for [alice@10.0.0.1] from ip 10.0.0.2");
  EXPECT_EQ(host_in(line, filter), "10.0.0.2");
  // The filter that comes with fail2ban for FreeSWITCH (1.0, mode normal).
  const auto stock = dialplan::Pattern::compile(
      R"(\[WARN(?:ING)?\](?: \[SOFIA\])?(?: \[?sofia_reg\.c:\d+\]?)? SIP auth failure \((?:REGISTER|INVITE)\) on sofia profile '[^']+' for \[[^\]]*\] from ip (\S+)$)");
  const auto match = stock->match(line);
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)[1], "10.0.0.2");
}

TEST(Guard, SEC_10_NobodyWritesLinesOfHisOwnIntoTheLog) {
  scenario::House house{{}};
  Stranger eve{house, "eve", scenario::alice_ip};
  LogLines log;
  eve.log_in("x%5d%20from%20ip%2010.9.9.9%0a", "wrong");
  ASSERT_EQ(LogLines::all().size(), 1U);
  EXPECT_EQ(host_in(LogLines::all().front(), filter), "10.0.0.2") << LogLines::all().front();
  EXPECT_EQ(LogLines::all().front().find('\n'), std::string::npos);
}

TEST(Guard, SEC_10_ChallengesAreLoggedWhereTheProfileSaysSo) {
  scenario::House house{{}, 1, 2, R"(<param name="log-auth-failures" value="true"/>)"};
  Stranger eve{house, "eve", scenario::alice_ip};
  LogLines log;
  EXPECT_EQ(status_of(eve.log_in("alice", "wonderland")), 200);
  EXPECT_EQ(LogLines::count("SIP auth challenge (REGISTER) on sofia profile 'internal' for [alice@10.0.0.1] from ip 10.0.0.2"), 1U);
  EXPECT_EQ(LogLines::count("failure"), 0U);
}

TEST(Guard, SEC_08_WhoDoesNotExistIsAnsweredLikeAWrongPassword) {
  scenario::House house{{}, 1, 2, R"(<param name="auth-calls" value="true"/>)"};
  Stranger eve{house, "eve", scenario::alice_ip};
  // All but what is drawn anew for each answer, and what the request said.
  const auto shape = [&](const std::string& method, const std::string& user) {
    std::string text;
    const std::string event = method == "SUBSCRIBE" ? "Event: reg\r\n" : "";
    for (const auto& answer : {eve.ask(method, user, event), eve.log_in(user, "wrong", method, event)}) {
      text += first_line(answer) + "\n";
      for (const auto part : base::split(answer, '\n')) text += std::string{part.substr(0, part.find_first_of(":="))} + "\n";
    }
    return text;
  };
  for (const std::string method : {"REGISTER", "INVITE", "MESSAGE", "SUBSCRIBE"}) {
    const auto known = shape(method, "alice");
    EXPECT_EQ(known, shape(method, "nobody")) << method;
    EXPECT_NE(known.find("SIP/2.0 40"), std::string::npos) << method;
  }
  EXPECT_EQ(first_line(eve.ask("OPTIONS", "alice")), first_line(eve.ask("OPTIONS", "nobody")));
}

namespace {

/// A configuration with a guard.conf; its exempt list is empty unless `settings` says otherwise.
struct Guarded {
  scenario::House house;
  std::shared_ptr<scenario::MemoryStorage> storage = std::make_shared<scenario::MemoryStorage>();
  control::House view;
  control::Commander commander{view};

  explicit Guarded(std::string_view settings, std::string_view limits = {}, std::string_view dialplan = {}, std::string_view profile = {})
      : house{dialplan, 1, 2, profile} {
    house.xml.insert(house.xml.find("<section"), R"(<section name="configuration"><configuration name="guard.conf"><settings>)" +
                                                     std::string{settings} + "</settings><spend-limits>" + std::string{limits} +
                                                     "</spend-limits></configuration></section>");
    house.keeping.storage = storage;
    restart();
  }
  void restart() {
    house.restart();
    view.shards.clear();
    for (std::uint16_t id = 0; id < house.server->count(); ++id) view.shards.push_back(ahoy::view_of(house.server->at(id)));
    house.world.run_for(1s);
  }
  std::string run(const std::string& line) {
    std::string answer = "(no answer)";
    commander.run(line, [&](std::string text) { answer = std::move(text); });
    house.world.run_for(1s);
    return answer;
  }
};

constexpr std::string_view three_failures = R"(<param name="failures" value="3"/>)";

}  // namespace

TEST(Guard, SEC_08_WhoGuessesIsBannedAndOthersAreServed) {
  Guarded guarded{three_failures};
  Stranger eve{guarded.house, "eve", scenario::alice_ip}, bob{guarded.house, "bob", scenario::bob_ip};
  LogLines log;
  for (const auto* user : {"alice", "nobody", "bob"}) EXPECT_EQ(status_of(eve.log_in(user, "wrong")), 401);
  EXPECT_EQ(LogLines::count("[WARNING] [guard] banned 10.0.0.2: 3 failed authentications; for 600 s"), 1U);
  EXPECT_EQ(host_in("[WARNING] [guard] banned 10.0.0.2: 3 failed authentications; for 600 s", filter), "10.0.0.2");
  EXPECT_EQ(eve.ask("OPTIONS", "alice"), "") << "nothing at all";
  EXPECT_EQ(eve.log_in("alice", "wonderland"), "") << "not even with the right one";
  EXPECT_EQ(status_of(bob.log_in("bob", "builder")), 200);
  guarded.house.world.run_for(11min);
  EXPECT_EQ(status_of(eve.log_in("alice", "wonderland")), 200);
}

TEST(Guard, SEC_08_BansAreListedAddedLiftedAndOutliveARestart) {
  Guarded guarded{three_failures};
  Stranger eve{guarded.house, "eve", scenario::alice_ip};
  EXPECT_EQ(guarded.run("ban list"), "\n0 total.\n");
  for (int i = 0; i < 3; ++i) eve.log_in("alice", "wrong");
  EXPECT_EQ(guarded.run("ban add 2001:db8:1::7 2h too many calls"), "+OK 2001:db8:1:: is banned for 2h\n");
  EXPECT_EQ(guarded.run("ban add 10.0.0.9"), "+OK 10.0.0.9 is banned for 1h\n");
  EXPECT_EQ(guarded.run("ban lift 10.0.0.9"), "+OK\n");
  guarded.restart();
  const auto list = guarded.run("ban list");
  EXPECT_NE(list.find("10.0.0.2,59"), std::string::npos) << list;
  EXPECT_NE(list.find(",3 failed authentications\n"), std::string::npos) << list;
  EXPECT_NE(list.find("2001:db8:1::,71"), std::string::npos) << list;
  EXPECT_NE(list.find("\n2 total."), std::string::npos) << list;
  EXPECT_EQ(eve.ask("OPTIONS", "alice"), "");
  EXPECT_EQ(guarded.run("ban lift 10.0.0.2"), "+OK\n");
  EXPECT_EQ(status_of(eve.ask("OPTIONS", "alice")), 200);
  EXPECT_EQ(guarded.run("ban lift 10.0.0.2"), "-ERR 10.0.0.2 is not banned\n");
  EXPECT_EQ(guarded.run("ban add example.com"), "-ERR 'example.com' is no address\n");
  EXPECT_EQ(guarded.run("ban add 10.0.0.2 soon"), "-ERR 'soon' is no duration up to 8760h (10m, 2h, 86400)\n");
  EXPECT_TRUE(guarded.run("ban").starts_with("-USAGE"));
  guarded.restart();
  EXPECT_NE(guarded.run("ban list").find("\n1 total."), std::string::npos);
}

TEST(Guard, SEC_08_ABanEndsTheConnectionsOfItsAddress) {
  Guarded guarded{three_failures};
  sim::RawAgent phone{guarded.house.world, guarded.house.world.add_host("phone", {scenario::alice_ip}), 5060, endpoint::Transport::tcp};
  const auto ask = [&] {
    phone.send(guarded.house.address(), sim::message({"OPTIONS sip:10.0.0.1 SIP/2.0", "Via: SIP/2.0/TCP 10.0.0.2;branch=z9hG4bK" + std::to_string(guarded.house.world.random().u32()),
                                                      "Max-Forwards: 70", "From: <sip:a@b>;tag=1", "To: <sip:10.0.0.1>", "Call-ID: x", "CSeq: 1 OPTIONS"}));
    return status_of(phone.take());
  };
  EXPECT_EQ(ask(), 200);
  EXPECT_EQ(guarded.house.server->at(0).endpoint.transports().connections() + guarded.house.server->at(1).endpoint.transports().connections(), 1U);
  guarded.run("ban add 10.0.0.2");
  EXPECT_EQ(guarded.house.server->at(0).endpoint.transports().connections() + guarded.house.server->at(1).endpoint.transports().connections(), 0U);
  EXPECT_EQ(ask(), 0);
}

TEST(Guard, SEC_08_AnAccountHasARate) {
  Guarded guarded{R"(<param name="account-requests-per-second" value="2"/>)"};
  Stranger alice{guarded.house, "alice", scenario::alice_ip};
  // A burst of twice as many; logging in takes no time worth mentioning.
  for (int i = 0; i < 4; ++i) EXPECT_EQ(status_of(alice.log_in("alice", "wonderland")), 200) << i;
  const auto refused = alice.log_in("alice", "wonderland");
  EXPECT_EQ(first_line(refused), "SIP/2.0 503 Service Unavailable");
  const auto pause = base::to_number<int>(sim::header(refused, "Retry-After"));
  ASSERT_TRUE(pause);
  EXPECT_GE(*pause, 5);
  EXPECT_LE(*pause, 15);
  guarded.house.world.run_for(2s);
  EXPECT_EQ(status_of(alice.log_in("alice", "wonderland")), 200);
}

namespace {

constexpr std::string_view out = R"(<extension name="out"><condition field="destination_number" expression="^(\+?\d+)$">
<action application="bridge" data="sofia/internal/$1@10.0.0.9"/></condition></extension>)";
constexpr std::string_view premium = R"(<limit name="premium" prefixes="+1900,0900" calls="2" window="1h"/>)";

/// Calls a number, waits for what becomes of it, and gives up.
int dial(Stranger& caller, const std::string& number) {
  caller.send("INVITE", number);
  const auto own = caller.agent.address().ip.text() + "-" + std::to_string(caller.sent);
  // Answers to earlier calls are repeated, because nobody acknowledges them.
  for (auto answer = caller.agent.take_from(200, 300ms); !answer.empty(); answer = caller.agent.take_from(200, 300ms))
    if (sim::header(answer, "Call-ID") == own) return status_of(answer);
  const auto who = "<sip:" + number + "@10.0.0.1>";
  caller.agent.send(caller.house.address(),
                    sim::message({"CANCEL sip:" + number + "@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP " + caller.agent.address().text() + ";branch=z9hG4bK" + own,
                                  "Max-Forwards: 70", "From: " + who + ";tag=f", "To: " + who, "Call-ID: " + own, "CSeq: 1 CANCEL"}));
  caller.house.world.run_for(1s);
  caller.agent.drop_all();
  return 0;
}

}  // namespace

TEST(SpendGuard, CallsToCostlyNumbersAreStopped) {
  Guarded guarded{{}, premium, out};
  Stranger alice{guarded.house, "alice", scenario::alice_ip}, bob{guarded.house, "bob", scenario::bob_ip};
  guarded.house.world.add_host("silent provider", {base::Ip::v4(10, 0, 0, 9)});
  struct Heard : call::Observer {
    std::string text;
    void on_spend_stopped(const call::Leg* caller, std::string_view account, std::string_view number, std::string_view limit) override {
      text = std::string{caller ? "leg " : "no leg "}.append(account).append(" ").append(number).append(" ").append(limit);
    }
  } heard;
  for (std::uint16_t id = 0; id < 2; ++id) guarded.house.server->at(id).calls.add_observer(heard);
  LogLines log;
  EXPECT_EQ(dial(alice, "+19005551"), 0) << "it is on its way";
  EXPECT_EQ(dial(alice, "0900123"), 0) << "whatever shard it is on";
  EXPECT_EQ(dial(alice, "0019005553"), 403);
  EXPECT_EQ(heard.text, "leg 10.0.0.2 0019005553 premium (2 calls in 3600 s)");
  EXPECT_EQ(LogLines::count("[WARNING] [guard] a call of 10.0.0.2 to 0019005553 is stopped: limit premium (2 calls in 3600 s)"), 1U);
  EXPECT_EQ(dial(alice, "030123"), 0) << "others are not costly";
  EXPECT_EQ(dial(bob, "+19005551"), 0) << "another account";
  guarded.house.world.run_for(1h);
  EXPECT_EQ(dial(alice, "+19005551"), 0);
}

TEST(SpendGuard, WhatIsProxiedCountsToo) {
  constexpr std::string_view passed_on = R"(<extension name="out"><condition field="destination_number" expression="^(\+?\d+)$">
<action application="proxy" data="sip:$1@10.0.0.9"/></condition></extension>)";
  Guarded guarded{{}, R"(<limit name="premium" prefixes="+1900" calls="1" window="1h"/>)", passed_on};
  Stranger alice{guarded.house, "alice", scenario::alice_ip};
  guarded.house.world.add_host("silent provider", {base::Ip::v4(10, 0, 0, 9)});
  EXPECT_EQ(dial(alice, "+19005551"), 0);
  EXPECT_EQ(dial(alice, "+19005551"), 403);
  EXPECT_EQ(dial(alice, "+18005551"), 0);
}

TEST(SpendGuard, AUserIsCountedWhereverItCallsFrom) {
  Guarded guarded{{}, R"(<limit name="none" prefixes="+1900" calls="0"/>)", out, R"(<param name="auth-calls" value="true"/>)"};
  Stranger alice{guarded.house, "alice", scenario::alice_ip};
  LogLines log;
  auto answer = alice.ask("INVITE", "+19005551");
  // A nonce is good on the shard that gave it out.
  for (int tries = 0; tries < 10 && status_of(answer) == 407; ++tries)
    answer = alice.ask("INVITE", "+19005551", scenario::credentials(answer, "alice", "wonderland", "INVITE", "sip:+19005551@10.0.0.1") + "\r\n");
  EXPECT_EQ(status_of(answer), 403);
  EXPECT_EQ(LogLines::count("a call of alice@10.0.0.1 to +19005551 is stopped: limit none"), 1U);
}

TEST(Overload, NewRequestsGet503AndWhatHasBegunGoesOn) {
  Guarded guarded{{}, {}, R"(<extension name="park"><condition field="destination_number" expression="^park$">
<action application="answer"/><action application="park"/></condition></extension>)"};
  auto& house = guarded.house;
  Stranger alice{house, "alice", scenario::alice_ip};
  const auto behind = [&](base::Duration time) {
    for (std::uint16_t id = 0; id < 2; ++id) house.host.shard(id).set_behind(time);
  };
  behind(100ms);
  for (const std::string method : {"INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE", "OPTIONS"}) {
    const auto refused = alice.ask(method, "bob");
    EXPECT_EQ(first_line(refused), "SIP/2.0 503 Service Unavailable") << method;
    EXPECT_FALSE(sim::header(refused, "Retry-After").empty()) << method;
  }
  // In a dialog: there is none of that tag, which is said instead of 503.
  alice.agent.send(house.address(), sim::message({"BYE sip:park@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKbye", "Max-Forwards: 70",
                                                  "From: <sip:park@10.0.0.1>;tag=f", "To: <sip:park@10.0.0.1>;tag=none", "Call-ID: 10.0.0.2-1", "CSeq: 2 BYE"}));
  EXPECT_EQ(status_of(alice.agent.take_from(200)), 481);
  // Between the two limits some get through.
  behind(25ms);
  int through = 0;
  for (int i = 0; i < 200; ++i) through += status_of(alice.ask("OPTIONS", "bob")) == 200 ? 1 : 0;
  EXPECT_GT(through, 60);
  EXPECT_LT(through, 140);
  behind(5ms);
  EXPECT_EQ(status_of(alice.ask("OPTIONS", "bob")), 200);
}
