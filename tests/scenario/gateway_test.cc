// tests/scenario/gateway_test.cc - a provider's account: registered, pinged, called through, called from.
#include <gtest/gtest.h>

#include "control/commander.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view account = R"(<gateways><gateway name="telco">
<param name="username" value="4930"/><param name="password" value="secret"/><param name="realm" value="telco.test"/>
<param name="proxy" value="10.0.0.3"/><param name="expire-seconds" value="600"/><param name="retry-seconds" value="30"/>
<param name="ping" value="20"/><param name="extension" value="reception"/>
<variables><variable name="trunk" value="blue" direction="inbound"/></variables></gateway></gateways>)";

constexpr std::string_view dialplan = R"(<extension name="in"><condition field="destination_number" expression="^reception$">
<action application="respond" data="486 ${sip_gateway_name} ${trunk}"/></condition></extension>
<extension name="out"><condition field="destination_number" expression="^0(\d+)$">
<action application="bridge" data="sofia/gateway/telco/$1"/></condition></extension>
<extension name="nowhere"><condition field="destination_number" expression="^none$">
<action application="bridge" data="sofia/gateway/nosuch/1"/></condition></extension>)";

struct Trunk {
  scenario::House house;
  sim::RawAgent alice, telco;
  control::House view;

  explicit Trunk(std::string_view gateways = account)
      : house{dialplan, 1, 2, {}, gateways}, alice{house.world, house.world.add_host("alice", {scenario::alice_ip})},
        telco{house.world, house.world.add_host("telco", {scenario::bob_ip})} {
    for (std::uint16_t id = 0; id < house.server->count(); ++id) {
      auto& one = house.server->at(id);
      view.shards.push_back({&one.shard, &one.endpoint, &one.calls, &one.runtime, &one.journal, &one.location, &one.gateways, &one.state_agent});
    }
  }
  std::string command(std::string line) {
    std::string answer;
    bool done = false;
    control::Commander commander{view};
    commander.run(std::move(line), [&](std::string text) {
      answer = std::move(text);
      done = true;
    });
    EXPECT_TRUE(house.world.run_until([&] { return done; }, 5s));
    return answer;
  }
  /// The next request of that method, answering pings on the way.
  std::string next(std::string_view method, base::Duration limit = 2s) {
    const auto end = house.world.now() + limit;
    while (house.world.now() < end) {
      auto text = telco.take(end - house.world.now());
      if (text.starts_with(std::string{method} + " ")) return text;
      if (text.starts_with("OPTIONS ")) telco.send(house.address(), sim::answer_to(text, 200, "OK", "p"));
    }
    return {};
  }
  void challenge(const std::string& request, int status = 401) {
    const std::string name = status == 401 ? "WWW-Authenticate" : "Proxy-Authenticate";
    telco.send(house.address(), sim::answer_to(request, status, "Unauthorized", "c",
                                               name + R"(: Digest realm="telco.test", nonce="abc", algorithm=MD5, qop="auth")" + "\r\n"));
  }
  void accept(const std::string& request, int seconds) {
    telco.send(house.address(), sim::answer_to(request, 200, "OK", "r",
                                               "Contact: " + header(request, "Contact") + ";expires=" + std::to_string(seconds) + "\r\n"));
  }
  void register_it(int seconds = 600) {
    challenge(next("REGISTER"));
    accept(next("REGISTER"), seconds);
    house.world.run_for(100ms);
  }
  std::string state() {
    const auto text = command("sofia status gateway telco");
    const auto at = text.find("State   \t");
    return at == std::string::npos ? text : text.substr(at + 9, text.find('\n', at) - at - 9);
  }
  void call(const std::string& number) {
    alice.send(house.address(),
               sim::message({"INVITE sip:" + number + "@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKc" + number,
                             "Max-Forwards: 70", "From: Alice <sip:alice@10.0.0.1>;tag=a", "To: <sip:" + number + "@10.0.0.1>",
                             "Call-ID: " + number + "@alice", "CSeq: 1 INVITE", "Contact: <sip:alice@10.0.0.2>",
                             "Content-Type: application/sdp"},
                            scenario::sdp(scenario::alice_ip)));
  }
};

}  // namespace

TEST(Gateway, GW02_RegistersWithItsCredentialsAndIsSeenRegistered) {
  Trunk trunk;
  const auto first = trunk.next("REGISTER");
  EXPECT_EQ(first_line(first), "REGISTER sip:10.0.0.3 SIP/2.0");
  EXPECT_TRUE(header(first, "From").starts_with("<sip:4930@telco.test>;tag="));
  EXPECT_EQ(header(first, "To"), "<sip:4930@telco.test>");
  EXPECT_EQ(header(first, "Contact"), "<sip:gw+telco@10.0.0.1:5060;transport=udp;gw=telco>");
  EXPECT_EQ(header(first, "Expires"), "600");
  EXPECT_TRUE(header(first, "Authorization").empty());
  EXPECT_EQ(trunk.state(), "TRYING");
  trunk.challenge(first);
  const auto second = trunk.next("REGISTER");
  EXPECT_NE(header(second, "Authorization").find(R"(username="4930")"), std::string::npos);
  EXPECT_EQ(header(second, "Call-ID"), header(first, "Call-ID"));
  EXPECT_EQ(header(second, "CSeq"), "2 REGISTER");
  trunk.accept(second, 300);
  trunk.house.world.run_for(100ms);
  EXPECT_EQ(trunk.state(), "REGED");
  EXPECT_NE(trunk.command("sofia status").find("internal::telco"), std::string::npos);
  EXPECT_NE(trunk.command("sofia status gateway").find("1 gateway:"), std::string::npos);
  EXPECT_EQ(trunk.command("sofia status gateway nosuch"), "Invalid Gateway!\n");

  // Renewed a tenth before the end.
  const auto began = trunk.house.world.now();
  const auto again = trunk.next("REGISTER", 300s);
  EXPECT_EQ(header(again, "CSeq"), "3 REGISTER");
  EXPECT_NEAR(static_cast<double>((trunk.house.world.now() - began) / 1s), 270, 2);
}

TEST(Gateway, ARefusedRegistrationWaitsAndTriesAgain) {
  Trunk trunk;
  trunk.telco.send(trunk.house.address(), sim::answer_to(trunk.next("REGISTER"), 403, "Forbidden", "f"));
  trunk.house.world.run_for(5s);
  EXPECT_EQ(trunk.state(), "FAIL_WAIT");
  trunk.call("0123");
  EXPECT_EQ(sim::status_of(trunk.alice.take_from(200)), 503);  // GATEWAY_DOWN
  EXPECT_FALSE(trunk.next("REGISTER", 30s).empty());
}

TEST(Gateway, TakesTheIntervalOfA423) {
  Trunk trunk;
  trunk.telco.send(trunk.house.address(), sim::answer_to(trunk.next("REGISTER"), 423, "Interval Too Brief", "f", "Min-Expires: 1800\r\n"));
  EXPECT_EQ(header(trunk.next("REGISTER"), "Expires"), "1800");
}

TEST(Gateway, DS02_CallsGoOutWithTheAccountOfTheGateway) {
  Trunk trunk;
  trunk.register_it();
  trunk.call("0123");
  const auto invite = trunk.next("INVITE");
  EXPECT_EQ(first_line(invite), "INVITE sip:123@10.0.0.3 SIP/2.0");
  EXPECT_NE(header(invite, "From").find("<sip:4930@telco.test>"), std::string::npos);
  EXPECT_EQ(header(invite, "To"), "<sip:123@10.0.0.3>");
  EXPECT_EQ(header(invite, "Contact"), "<sip:gw+telco@10.0.0.1:5060;transport=udp;gw=telco>");
  trunk.challenge(invite, 407);
  EXPECT_FALSE(trunk.next("ACK").empty());
  const auto second = trunk.next("INVITE");
  EXPECT_NE(header(second, "Proxy-Authorization").find(R"(username="4930")"), std::string::npos);
  EXPECT_EQ(header(second, "CSeq"), "2 INVITE");
  trunk.telco.send(trunk.house.address(), sim::answer_to(second, 486, "Busy Here", "b"));
  EXPECT_EQ(sim::status_of(trunk.alice.take_from(200)), 486);
  trunk.house.world.run_for(1s);
  const auto status = trunk.command("sofia status gateway telco");
  EXPECT_NE(status.find("CallsOUT\t1\n"), std::string::npos) << status;
  EXPECT_NE(status.find("FailedCallsOUT\t1\n"), std::string::npos) << status;
}

namespace {

/// Alice talks to somebody behind the gateway, who has asked for credentials once.
struct GatewayCall : Trunk {
  std::string invite, answer;

  explicit GatewayCall(std::string_view more = {}) {
    register_it();
    call("0123");
    challenge(next("INVITE"), 407);
    next("ACK");
    invite = next("INVITE");
    telco.send(house.address(), sim::answer_to(invite, 200, "OK", "t",
                                               "Contact: <sip:123@10.0.0.3>\r\nContent-Type: application/sdp\r\n" + std::string{more},
                                               scenario::sdp(scenario::bob_ip)));
    next("ACK");
    answer = alice.take_from(200);
    from_alice("ACK", 1);
    house.world.run_for(100ms);
  }
  void from_alice(const std::string& method, int cseq, std::string_view body = {}) {
    alice.send(house.address(),
               sim::message({method + " sip:ahoy@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK" + method + std::to_string(cseq),
                             "Max-Forwards: 70", "From: " + header(answer, "From"), "To: " + header(answer, "To"),
                             "Call-ID: " + header(answer, "Call-ID"), "CSeq: " + std::to_string(cseq) + " " + method,
                             body.empty() ? "Subject: none" : "Content-Type: text/plain"},
                            body));
  }
  void challenge_with(const std::string& request, const std::string& nonce, bool stale) {
    telco.send(house.address(), sim::answer_to(request, 407, "Proxy Authentication Required", "t",
                                               R"(Proxy-Authenticate: Digest realm="telco.test", nonce=")" + nonce + R"(", algorithm=MD5, qop="auth")" +
                                                   (stale ? ", stale=true\r\n" : "\r\n")));
  }
  void accept_it(const std::string& request, std::string_view more = {}, std::string_view body = {}) {
    telco.send(house.address(), sim::answer_to(request, 200, "OK", "t", more, body));
    house.world.run_for(100ms);
  }
  static std::string nonce_of(const std::string& request) {
    const auto text = header(request, "Proxy-Authorization");
    const auto at = text.find("nonce=\"");
    return at == std::string::npos ? std::string{} : text.substr(at + 7, text.find('"', at + 7) - at - 7);
  }
  static int cseq_of(const std::string& request) { return std::atoi(header(request, "CSeq").c_str()); }
};

}  // namespace

TEST(Gateway, SEC_03_AByeThatIsChallengedGoesAgainWithCredentials) {
  GatewayCall call;
  call.from_alice("BYE", 2);
  const auto bye = call.next("BYE");
  EXPECT_EQ(header(bye, "Proxy-Authorization"), "");
  call.challenge_with(bye, "n1", false);
  const auto again = call.next("BYE");
  EXPECT_EQ(GatewayCall::nonce_of(again), "n1");
  EXPECT_EQ(GatewayCall::cseq_of(again), GatewayCall::cseq_of(bye) + 1);
  EXPECT_EQ(header(again, "Call-ID"), header(bye, "Call-ID"));
  EXPECT_EQ(header(again, "Reason"), header(bye, "Reason"));
  EXPECT_NE(header(again, "Via"), header(bye, "Via"));
  call.accept_it(again);
  EXPECT_EQ(call.next("BYE"), "");
  call.house.world.run_for(1min);
  EXPECT_EQ(call.house.legs(), 0U);
  for (std::uint16_t id = 0; id < 2; ++id) EXPECT_EQ(call.house.server->at(id).endpoint.lingering(), 0U);
}

TEST(Gateway, SEC_03_AMessageInTheCallTooAndAStaleNonceIsNoRefusal) {
  GatewayCall call;
  call.from_alice("MESSAGE", 2, "hello");
  const auto first = call.next("MESSAGE");
  call.challenge_with(first, "n1", false);
  const auto second = call.next("MESSAGE");
  EXPECT_EQ(sim::body_of(second), "hello");
  EXPECT_EQ(GatewayCall::nonce_of(second), "n1");
  call.challenge_with(second, "n2", true);
  const auto third = call.next("MESSAGE");
  EXPECT_EQ(GatewayCall::nonce_of(third), "n2");
  EXPECT_EQ(GatewayCall::cseq_of(third), GatewayCall::cseq_of(first) + 2);
  call.challenge_with(third, "n3", false);
  EXPECT_EQ(call.next("MESSAGE"), "") << "the password is wrong";
  // The next request has a try of its own.
  call.from_alice("BYE", 3);
  call.challenge_with(call.next("BYE"), "n4", false);
  const auto bye = call.next("BYE");
  EXPECT_EQ(GatewayCall::nonce_of(bye), "n4");
  call.accept_it(bye);
}

TEST(Gateway, SEC_03_ARefreshOfTheSessionTooAndItsAckHasTheCredentials) {
  GatewayCall call{"Session-Expires: 120;refresher=uac\r\nRequire: timer\r\n"};
  const auto refresh = call.next("INVITE", 90s);
  ASSERT_NE(refresh, "");
  call.challenge_with(refresh, "n1", false);
  EXPECT_EQ(GatewayCall::cseq_of(call.next("ACK")), GatewayCall::cseq_of(refresh)) << "of the 407";
  const auto again = call.next("INVITE");
  EXPECT_EQ(GatewayCall::nonce_of(again), "n1");
  EXPECT_EQ(GatewayCall::cseq_of(again), GatewayCall::cseq_of(refresh) + 1);
  EXPECT_EQ(sim::body_of(again), sim::body_of(refresh));
  call.accept_it(again, "Contact: <sip:123@10.0.0.3>\r\nContent-Type: application/sdp\r\nSession-Expires: 120;refresher=uac\r\n",
                 scenario::sdp(scenario::bob_ip));
  const auto ack = call.next("ACK");
  EXPECT_EQ(GatewayCall::cseq_of(ack), GatewayCall::cseq_of(again));
  EXPECT_EQ(GatewayCall::nonce_of(ack), "n1");
  call.from_alice("BYE", 2);
  call.accept_it(call.next("BYE"));
}

TEST(Gateway, DS02_AnUnknownGatewayIsInvalid) {
  Trunk trunk;
  trunk.call("none");
  EXPECT_EQ(sim::status_of(trunk.alice.take_from(200)), 484);  // INVALID_GATEWAY
}

TEST(Gateway, CallsOfItsContactEnterWithItsExtensionAndVariables) {
  Trunk trunk;
  trunk.register_it();
  trunk.telco.drop_all();
  trunk.telco.send(trunk.house.address(),
                   sim::message({"INVITE sip:gw+telco@10.0.0.1:5060;transport=udp;gw=telco SIP/2.0",
                                 "Via: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKin", "Max-Forwards: 70",
                                 "From: <sip:0171@telco.test>;tag=a", "To: <sip:4930@telco.test>", "Call-ID: in@telco",
                                 "CSeq: 1 INVITE", "Contact: <sip:0171@10.0.0.3>", "Content-Type: application/sdp"},
                                scenario::sdp(scenario::bob_ip)));
  EXPECT_EQ(first_line(trunk.telco.take_from(200)), "SIP/2.0 486 telco blue");
}

TEST(Gateway, GW05_WhoDoesNotAnswerItsPingsIsDownUntilItDoes) {
  Trunk trunk;
  trunk.register_it();
  trunk.house.world.run_for(60s);  // one OPTIONS unanswered
  trunk.telco.drop_all();
  EXPECT_NE(trunk.command("sofia status gateway telco").find("Status  \tDOWN"), std::string::npos);
  trunk.call("0123");
  EXPECT_EQ(sim::status_of(trunk.alice.take_from(200)), 503);
  trunk.next("nothing", 60s);  // answers pings
  EXPECT_NE(trunk.command("sofia status gateway telco").find("Status  \tUP"), std::string::npos);
}

TEST(Gateway, API02_IsUnregisteredRegisteredAndKilledByHand) {
  Trunk trunk;
  trunk.register_it();
  EXPECT_EQ(trunk.command("sofia profile internal unregister telco"), "+OK\n");
  const auto gone = trunk.next("REGISTER");
  EXPECT_EQ(header(gone, "Expires"), "0");
  EXPECT_FALSE(header(gone, "Authorization").empty());
  trunk.accept(gone, 0);
  trunk.house.world.run_for(100ms);
  EXPECT_EQ(trunk.state(), "UNREGED");
  EXPECT_EQ(trunk.command("sofia profile internal register telco"), "+OK\n");
  trunk.accept(trunk.next("REGISTER"), 600);
  trunk.house.world.run_for(100ms);
  EXPECT_EQ(trunk.state(), "REGED");
  EXPECT_EQ(trunk.command("sofia profile internal killgw nosuch"), "Invalid gateway!\n");
  EXPECT_EQ(trunk.command("sofia profile internal killgw telco"), "+OK gateway marked for deletion.\n");
  EXPECT_EQ(header(trunk.next("REGISTER"), "Expires"), "0");
  trunk.house.world.run_for(100ms);
  EXPECT_EQ(trunk.command("sofia status gateway telco"), "Invalid Gateway!\n");
}

TEST(Gateway, ItsProxyMayBeANameWithSeveralServers) {
  constexpr std::string_view by_name = R"(<gateways><gateway name="telco"><param name="username" value="4930"/>
<param name="password" value="secret"/><param name="realm" value="telco.test"/><param name="register" value="false"/></gateway></gateways>)";
  Trunk trunk{by_name};
  auto& names = trunk.house.world.names;
  names.srv("_sip._udp.telco.test", {10, 1, 5060, "dead.telco.test"});
  names.srv("_sip._udp.telco.test", {20, 1, 5060, "sbc.telco.test"});
  names.host("dead.telco.test", base::Ip::v4(10, 0, 0, 99));
  names.host("sbc.telco.test", scenario::bob_ip);
  trunk.call("0123");
  EXPECT_EQ(first_line(trunk.next("INVITE", 20s)), "INVITE sip:123@telco.test SIP/2.0");
}
