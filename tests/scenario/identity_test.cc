// tests/scenario/identity_test.cc - who calls, what may be shown, and what goes on to the other end.
#include <gtest/gtest.h>

#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::header;

namespace {

constexpr std::string_view to_bob = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>)";

/// Alice is of our trust domain, bob is not.
constexpr std::string_view alice_trusted = R"(<param name="apply-inbound-acl" value="10.0.0.2/32"/>)";
constexpr std::string_view both_trusted = R"(<param name="apply-inbound-acl" value="10.0.0.2/32,10.0.0.3"/>)";

/// The INVITE bob gets when alice's has these lines.
std::string passed(std::vector<std::string> lines, std::string_view profile = {}, std::string_view trust = alice_trusted,
                   std::string_view dialplan = to_bob) {
  scenario::House house{dialplan, 1, 2, std::string{profile}.append(trust)};
  sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
  sim::RawAgent bob{house.world, house.world.add_host("bob", {scenario::bob_ip})};
  std::string text =
      "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKi\r\nMax-Forwards: 70\r\n"
      "From: Alice <sip:alice@10.0.0.1>;tag=a\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: identity@alice\r\nCSeq: 1 INVITE\r\n"
      "Contact: <sip:alice@10.0.0.2>\r\nContent-Type: application/sdp\r\n";
  for (const auto& line : lines) text += line + "\r\n";
  const auto body = scenario::sdp(scenario::alice_ip);
  alice.send(house.address(), text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  return bob.take();
}

constexpr std::string_view pid = R"(<param name="caller-id-type" value="pid"/>)";

}  // namespace

TEST(Identity, SIP_13_AnAssertedIdentityIsWhoCalls) {
  const auto invite = passed({"P-Asserted-Identity: \"Alice Liddell\" <sip:+15551234@carrier.example>"}, pid);
  EXPECT_NE(header(invite, "From").find("sip:+15551234@"), std::string::npos) << header(invite, "From");
  EXPECT_EQ(header(invite, "P-Asserted-Identity"), "\"Alice Liddell\" <sip:+15551234@10.0.0.1>");
}

TEST(Identity, SIP_13_SoIsARemotePartyId) {
  const auto invite = passed({"Remote-Party-ID: \"A\" <sip:4711@carrier.example>;party=calling;screen=yes;privacy=off"});
  EXPECT_NE(header(invite, "Remote-Party-ID").find("sip:4711@10.0.0.1"), std::string::npos);
  EXPECT_NE(header(invite, "Remote-Party-ID").find("screen=yes"), std::string::npos);
}

TEST(Identity, SIP_12_PrivacyIdAnonymisesFromAndIsPassedOn) {
  const auto invite = passed({"P-Asserted-Identity: <sip:4711@carrier.example>", "Privacy: id"}, pid);
  EXPECT_NE(header(invite, "From").find("sip:anonymous@anonymous.invalid"), std::string::npos);
  EXPECT_EQ(header(invite, "Privacy"), "id");
  EXPECT_EQ(header(passed({"Privacy: none"}, pid), "Privacy"), "");
}

TEST(Identity, SIP_13_WhoHasToShowCredentialsIsNotBelievedWithoutThem) {
  EXPECT_EQ(passed({"P-Asserted-Identity: <sip:4711@carrier.example>"}, R"(<param name="auth-calls" value="true"/>)", {}), "") << "challenged";
}

TEST(Identity, SIP_13_WhoIsNotOfTheTrustDomainIsNotBelieved) {
  const auto invite = passed({"P-Asserted-Identity: <sip:4711@carrier.example>", "Remote-Party-ID: <sip:4711@carrier.example>;party=calling"}, pid, {});
  EXPECT_NE(header(invite, "From").find("sip:alice@10.0.0.1"), std::string::npos) << header(invite, "From");
  EXPECT_EQ(header(invite, "P-Asserted-Identity"), "\"Alice\" <sip:alice@10.0.0.1>");
}

TEST(Identity, SIP_12_AnAssertedIdentityThatIsPrivateStaysInTheTrustDomain) {
  const std::vector<std::string> lines{"P-Asserted-Identity: <sip:4711@carrier.example>", "Privacy: id;critical", "Identity: a.b.c", "Call-Info: <http://x/p.jpg>"};
  const auto outside = passed(lines, pid);
  EXPECT_EQ(header(outside, "P-Asserted-Identity"), "");
  EXPECT_EQ(header(outside, "Identity"), "");
  EXPECT_EQ(header(outside, "Call-Info"), "<http://x/p.jpg>");
  EXPECT_EQ(outside.find("4711"), std::string::npos) << outside;
  const auto inside = passed(lines, pid, both_trusted);
  EXPECT_EQ(header(inside, "P-Asserted-Identity"), "\"4711\" <sip:4711@10.0.0.1>");
  EXPECT_EQ(header(inside, "Privacy"), "id;critical");
  EXPECT_EQ(header(inside, "Identity"), "a.b.c");
}

TEST(Identity, SIP_12_SoDoesARemotePartyId) {
  const std::string line = "Remote-Party-ID: <sip:4711@carrier.example>;party=calling;privacy=full";
  const auto outside = passed({line});
  EXPECT_EQ(header(outside, "Remote-Party-ID"), "");
  EXPECT_EQ(outside.find("4711"), std::string::npos) << outside;
  EXPECT_EQ(header(outside, "Privacy"), "id");
  EXPECT_NE(header(passed({line}, {}, both_trusted), "Remote-Party-ID").find("privacy=full"), std::string::npos);
}

TEST(Identity, SIP_12_WhatTheOperatorHidesByADialStringIsHiddenAsInFreeSwitch) {
  constexpr std::string_view hiding = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="{origination_privacy=hide_name:hide_number}sofia/internal/bob@10.0.0.3:5060"/></condition></extension>)";
  constexpr std::string_view showing = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="{origination_privacy=screen}sofia/internal/bob@10.0.0.3:5060"/></condition></extension>)";
  const auto told = passed({}, {}, {}, hiding);
  EXPECT_EQ(header(told, "Remote-Party-ID"), "\"Alice\" <sip:alice@10.0.0.1>;party=calling;screen=no;privacy=full");
  EXPECT_NE(header(told, "From").find("sip:alice@"), std::string::npos);
  const auto asked = passed({"Privacy: id"}, {}, {}, showing);
  EXPECT_EQ(asked.find("sip:alice"), std::string::npos) << "the caller's own wish is stronger: " << asked;
}

TEST(Identity, SIP_12_PrivacyOfUserAndHeaderTakesMoreAway) {
  const std::vector<std::string> tells{"Call-Info: <http://x/p.jpg>", "Diversion: <sip:carol@x>", "History-Info: <sip:carol@x>;index=1"};
  const auto with = [&](const std::string& privacy) {
    auto lines = tells;
    lines.push_back("Privacy: " + privacy);
    return passed(lines, pid);
  };
  const auto user = with("user");
  EXPECT_EQ(header(user, "Call-Info"), "");
  EXPECT_NE(header(user, "Diversion"), "");
  const auto both = with("header");
  EXPECT_EQ(header(both, "Call-Info"), "");
  EXPECT_EQ(header(both, "Diversion"), "");
  EXPECT_EQ(header(both, "History-Info"), "");
  EXPECT_EQ(both.find("alice"), std::string::npos) << both;
  EXPECT_NE(header(with("none"), "Call-Info"), "");
  EXPECT_EQ(header(with("none"), "P-Asserted-Identity"), "\"Alice\" <sip:alice@10.0.0.1>");
}

TEST(Identity, SIP_12_AWishNobodyKnowsThatIsCriticalEndsTheCall) {
  const auto call = [](std::string_view privacy) {
    scenario::House house{to_bob};
    sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
    alice.send(house.address(),
               sim::message({"INVITE sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK" + std::string{privacy.substr(0, 4)},
                             "Max-Forwards: 70", "From: <sip:alice@10.0.0.1>;tag=a", "To: <sip:bob@10.0.0.1>",
                             "Call-ID: " + std::string{privacy.substr(0, 4)}, "CSeq: 1 INVITE", "Contact: <sip:alice@10.0.0.2>",
                             "Privacy: " + std::string{privacy}}));
    return sim::first_line(alice.take_from(200));
  };
  EXPECT_EQ(call("moonlight;critical"), "SIP/2.0 500 Privacy Not Available");
  EXPECT_EQ(call("sunlight"), "") << "goes on to bob, who is not there";
}

TEST(Identity, WhatConcernsTheOtherEndGoesOn) {
  const auto invite = passed({"Diversion: <sip:carol@x>;reason=no-answer", "Diversion: <sip:dave@x>;reason=user-busy", "Call-Info: <http://x/p.jpg>;purpose=icon",
                              "Alert-Info: <urn:alert:service:call-waiting>", "Geolocation: <cid:a@b>", "Identity: a.b.c;info=\"<https://x/y>\";ppt=shaken",
                              "Accept-Contact: *;audio;require", "Resource-Priority: dsn.flash", "X-Own: yes"});
  EXPECT_EQ(header(invite, "Diversion"), "<sip:carol@x>;reason=no-answer, <sip:dave@x>;reason=user-busy");
  EXPECT_EQ(header(invite, "Call-Info"), "<http://x/p.jpg>;purpose=icon");
  EXPECT_EQ(header(invite, "Alert-Info"), "<urn:alert:service:call-waiting>");
  EXPECT_EQ(header(invite, "Geolocation"), "<cid:a@b>");
  EXPECT_EQ(header(invite, "Identity"), "a.b.c;info=\"<https://x/y>\";ppt=shaken");
  EXPECT_EQ(header(invite, "Accept-Contact"), "*;audio;require");
  EXPECT_EQ(header(invite, "Resource-Priority"), "dsn.flash");
  EXPECT_EQ(header(invite, "X-Own"), "yes");
}

TEST(Identity, AHistoryGrowsByOurStep) {
  const auto invite = passed({"History-Info: <sip:carol@x>;index=1", "History-Info: <sip:bob@10.0.0.1>;index=1.1;mp=1"});
  EXPECT_EQ(header(invite, "History-Info"), "<sip:carol@x>;index=1, <sip:bob@10.0.0.1>;index=1.1;mp=1, <sip:bob@10.0.0.3:5060>;index=1.1.1;mp=1.1");
}
