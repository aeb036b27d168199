// tests/scenario/acl_test.cc - who is let in by its address, as whom, and what that makes believable.
#include <gtest/gtest.h>

#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;

namespace {

constexpr std::string_view tell = R"(<extension name="tell"><condition field="destination_number" expression="^tell$">
<action application="respond" data="486 ${sip_authorized}/${sip_acl_authed_by}/${sip_acl_token}/${user_name}/${accountcode}/${caller_id_number}"/>
</condition></extension>)";

constexpr std::string_view lists = R"(<section name="configuration"><configuration name="acl.conf"><network-lists>
<list name="carriers" default="deny"><node type="allow" cidr="10.0.0.3/32"/></list></network-lists></configuration></section>)";

constexpr std::string_view gateway = R"(<gateways><gateway name="telco"><param name="username" value="4930"/>
<param name="password" value="x"/><param name="proxy" value="10.0.0.3"/><param name="register" value="false"/>
<param name="extension" value="tell"/>)";

/// A server, and a caller at each of two addresses. `users`: attributes of bob in the directory.
struct Acl {
  scenario::House house;
  sim::RawAgent alice, bob;
  int calls = 0;

  explicit Acl(std::string_view params, std::string_view gateways = {}, std::string_view network_lists = lists)
      : house{tell, 1, 2, params, gateways}, alice{house.world, house.world.add_host("alice", {scenario::alice_ip})},
        bob{house.world, house.world.add_host("bob", {scenario::bob_ip})} {
    configure(network_lists);
  }
  /// What `reloadxml` does.
  void configure(std::string_view network_lists, std::string_view bobs_attributes = {}) {
    std::string xml = house.xml;
    xml.insert(xml.find("<section"), network_lists);
    const std::string_view bob_is = R"(<user id="bob">)";
    xml.replace(xml.find(bob_is), bob_is.size(), "<user id=\"bob\" " + std::string{bobs_attributes} +
                                                     "><variables><variable name=\"accountcode\" value=\"b17\"/></variables>");
    auto loaded = dialplan::load_text(xml, "test.xml", ".");
    ASSERT_TRUE(loaded);
    house.server->reconfigure(*loaded);
    house.world.run_for(10ms);
  }
  /// The first line of what a call gets.
  std::string call(sim::RawAgent& from, std::string_view to = "tell", std::string_view asserted = {}, const std::string& more = {}) {
    const auto id = std::to_string(++calls);
    const auto ip = from.address().ip.text();
    std::string text = "INVITE sip:" + std::string{to} + "@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP " + ip + ":5060;branch=z9hG4bK" + id +
                       "\r\nMax-Forwards: 70\r\nFrom: <sip:me@10.0.0.1>;tag=a\r\nTo: <sip:tell@10.0.0.1>\r\nCall-ID: c" + id + "\r\nCSeq: 1 INVITE\r\n" +
                       "Contact: <sip:me@" + ip + ">\r\n";
    if (!asserted.empty()) text += "P-Asserted-Identity: <sip:" + std::string{asserted} + "@carrier.test>\r\n";
    from.send(house.address(), text + more + "Content-Length: 0\r\n\r\n");
    return first_line(from.take_from(200, 2s));
  }
  /// The status that bob's request to alice gets, or, of REGISTER, to himself.
  int ask(sim::RawAgent& from, const std::string& method, const std::string& more = "X-Nothing: more") {
    const auto id = std::to_string(++calls);
    const auto ip = from.address().ip.text();
    const std::string to = method == "REGISTER" ? "bob" : "alice";
    from.send(house.address(),
              sim::message({method + " sip:" + (method == "REGISTER" ? "" : to + "@") + "10.0.0.1 SIP/2.0",
                            "Via: SIP/2.0/UDP " + ip + ":5060;branch=z9hG4bKask" + id, "Max-Forwards: 70",
                            "From: <sip:bob@10.0.0.1>;tag=m", "To: <sip:" + to + "@10.0.0.1>", "Call-ID: ask" + id + "@" + ip,
                            "CSeq: 1 " + method, "Contact: <sip:bob@" + ip + ">", "Event: reg", "Expires: 60", more}));
    const auto status = sim::status_of(from.take_from(100));
    from.drop_all();
    return status;
  }
};

constexpr std::string_view by_list = R"(<param name="apply-inbound-acl" value="carriers"/>)";
constexpr std::string_view challenged = R"(<param name="auth-calls" value="true"/>)";

std::string both(std::string_view a, std::string_view b) { return std::string{a}.append(b); }

}  // namespace

TEST(Acl, SEC_09_ListedAddressesAreNotChallengedAndAreBelieved) {
  Acl acl{both(challenged, by_list)};
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 486 true/carriers////me");
  EXPECT_EQ(acl.call(acl.bob, "tell", "4711"), "SIP/2.0 486 true/carriers////4711");
  EXPECT_EQ(acl.call(acl.alice), "SIP/2.0 407 Proxy Authentication Required");
}

TEST(Acl, SEC_09_WhereNobodyIsChallengedOthersAreForbidden) {
  Acl acl{by_list};
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 486 true/carriers////me");
  EXPECT_EQ(acl.call(acl.alice), "SIP/2.0 403 Forbidden");
  acl.house.expect_nothing_left();
}

TEST(Acl, SEC_09_AnOpenProfileLetsAllInAndBelievesNoAssertion) {
  Acl acl{{}};
  EXPECT_EQ(acl.call(acl.alice, "tell", "4711"), "SIP/2.0 486 /////me");
}

TEST(Acl, DIR_05_AnAddressOfAUserIsThatUser) {
  Acl acl{both(challenged, R"(<param name="apply-inbound-acl" value="domains"/>)")};
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 407 Proxy Authentication Required");
  acl.configure(lists, R"(cidr="10.0.0.3/32")");
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 486 true/domains/bob@10.0.0.1/bob/b17/me");
  EXPECT_EQ(acl.call(acl.alice), "SIP/2.0 407 Proxy Authentication Required");
}

TEST(Acl, SEC_09_ReloadTakesUpChangedLists) {
  Acl acl{by_list};
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 486 true/carriers////me");
  acl.configure(R"(<section name="configuration"><configuration name="acl.conf"><network-lists>
<list name="carriers" default="allow"><node type="deny" cidr="10.0.0.3/32"/></list></network-lists></configuration></section>)");
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 403 Forbidden");
  EXPECT_EQ(acl.call(acl.alice), "SIP/2.0 486 true/carriers////me");
}

TEST(Acl, GW_04_AGatewayIsBelievedFromItsOwnAddress) {
  Acl acl{{}, both(gateway, "</gateway></gateways>")};
  EXPECT_EQ(acl.call(acl.bob, "gw+telco", "4711"), "SIP/2.0 486 /////4711");
  EXPECT_EQ(acl.call(acl.alice, "gw+telco", "4711"), "SIP/2.0 486 /////me") << "its Contact is no secret";
}

TEST(Acl, GW_04_AGatewayMayCallFromItsList) {
  Acl acl{challenged, both(gateway, R"(<param name="gw-auth-acl" value="carriers"/></gateway></gateways>)")};
  EXPECT_EQ(acl.call(acl.bob, "gw+telco", "4711"), "SIP/2.0 486 true/gw-auth-acl////4711");
  EXPECT_EQ(acl.call(acl.alice, "gw+telco", "4711"), "SIP/2.0 407 Proxy Authentication Required");
  EXPECT_EQ(acl.call(acl.bob), "SIP/2.0 407 Proxy Authentication Required");
}

TEST(Acl, SEC_09_AProxyThatIsListedSaysWhereACallComesFrom) {
  constexpr std::string_view proxy = R"(<param name="apply-proxy-acl" value="10.0.0.2/32"/>)";
  Acl acl{both(both(challenged, by_list), proxy)};
  EXPECT_EQ(acl.call(acl.alice, "tell", "4711", "X-AUTH-IP: 10.0.0.3\r\n"), "SIP/2.0 486 true/carriers////4711");
  EXPECT_EQ(acl.call(acl.alice, "tell", {}, "X-AUTH-IP: 10.0.0.9\r\n"), "SIP/2.0 407 Proxy Authentication Required");
  EXPECT_EQ(acl.call(acl.alice), "SIP/2.0 407 Proxy Authentication Required");
  Acl plain{both(challenged, by_list)};
  EXPECT_EQ(plain.call(plain.alice, "tell", {}, "X-AUTH-IP: 10.0.0.3\r\n"), "SIP/2.0 407 Proxy Authentication Required") << "anybody may write that";
}

TEST(Acl, NAT_04_TheNatListSaysWhichContactsLeadNowhere) {
  constexpr std::string_view by_nat = R"(<extension name="nat"><condition field="destination_number" expression="^nat$">
<action application="respond" data="486 behind:${sip_nat_detected}"/></condition></extension>)";
  const auto told = [&](std::string_view contact_ip) {
    scenario::House house{by_nat, 1, 2, R"(<param name="apply-nat-acl" value="100.64.0.0/10"/>)"};
    sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
    alice.send(house.address(),
               sim::message({"INVITE sip:nat@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKn", "Max-Forwards: 70",
                             "From: <sip:me@10.0.0.1>;tag=a", "To: <sip:nat@10.0.0.1>", "Call-ID: nat", "CSeq: 1 INVITE",
                             "Contact: <sip:me@" + std::string{contact_ip} + ">"}));
    return first_line(alice.take_from(200, 2s));
  };
  EXPECT_EQ(told("100.64.3.4"), "SIP/2.0 486 behind:true");
  EXPECT_EQ(told("192.168.1.1"), "SIP/2.0 486 behind:");
  EXPECT_EQ(told("10.0.0.2"), "SIP/2.0 486 behind:");
}

TEST(Acl, SEC_09_ListedAddressesSendMessagesWithoutAChallenge) {
  Acl acl{both(challenged, by_list)};
  EXPECT_EQ(acl.ask(acl.bob, "MESSAGE"), 202) << "alice is not registered: it waits";
  EXPECT_EQ(acl.ask(acl.alice, "MESSAGE"), 407);
}

TEST(Acl, SEC_09_ListedAddressesRegisterWithoutAChallenge) {
  Acl acl{R"(<param name="apply-register-acl" value="carriers"/>)"};
  EXPECT_EQ(acl.ask(acl.bob, "REGISTER"), 200);
  EXPECT_EQ(acl.ask(acl.alice, "REGISTER"), 401);
}

TEST(Acl, SEC_09_AProxyOfOursSaysWhereOtherRequestsComeFromToo) {
  constexpr std::string_view params = R"(<param name="auth-calls" value="true"/><param name="apply-inbound-acl" value="carriers"/>
<param name="apply-register-acl" value="carriers"/>)";
  constexpr std::string_view proxy = R"(<param name="apply-proxy-acl" value="10.0.0.2/32"/>)";
  const std::string listed = "X-AUTH-IP: 10.0.0.3", strange = "X-AUTH-IP: 10.0.0.9";
  Acl acl{both(params, proxy)};
  EXPECT_EQ(acl.ask(acl.alice, "MESSAGE", listed), 202);
  EXPECT_EQ(acl.ask(acl.alice, "SUBSCRIBE", listed), 200);
  EXPECT_EQ(acl.ask(acl.alice, "REGISTER", listed), 200);
  Acl plain{params};
  for (auto* each : {&acl, &plain}) {
    const auto& claimed = each == &acl ? strange : listed;
    EXPECT_EQ(each->ask(each->alice, "MESSAGE", claimed), 407);
    EXPECT_EQ(each->ask(each->alice, "SUBSCRIBE", claimed), 407);
    EXPECT_EQ(each->ask(each->alice, "REGISTER", claimed), 401);
  }
}
