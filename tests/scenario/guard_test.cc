// tests/scenario/guard_test.cc - who guesses and asks around is seen, told of, and let in no more.
#include <gtest/gtest.h>

#include <fstream>

#include "base/log.h"
#include "dialplan/pattern.h"
#include "tests/scenario/fixture.h"
#include "tests/scenario/flow.h"
#include "tests/support/shared.h"

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
    EXPECT_EQ(shape(method, "alice"), shape(method, "nobody")) << method;
    EXPECT_NE(shape(method, "alice").find("SIP/2.0 40"), std::string::npos) << method;
  }
  EXPECT_EQ(first_line(eve.ask("OPTIONS", "alice")), first_line(eve.ask("OPTIONS", "nobody")));
}
