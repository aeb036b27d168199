// tests/scenario/redirection_test.cc - 3xx to a call of ours: who is called then, and when nobody is (RFC 3261
// section 8.1.3.4).
#include "tests/scenario/flow.h"

using namespace std::chrono_literals;
using endpoint::Transport;
using sim::first_line;

namespace {

struct Redirection : scenario::Flow {
  scenario::UserAgent dave{house.world, "Dave", "dave@chicago.example.com", scenario::bob_at_chicago, Transport::udp};

  /// `variables` are set on the call to Bob.
  explicit Redirection(std::string_view profile_params = {}, const std::string& variables = {})
      : Flow{Transport::udp, variables + "sofia/internal/bob@192.0.2.201", profile_params} {
    alice_calls();
    alice.take();
  }
  /// Bob's answer, and the ACK to it.
  void answer(int status, std::string_view phrase, const std::string& contacts = {}) {
    const auto invite = bob.take();
    bob.respond(invite, status, phrase, {},
                contacts.empty() ? scenario::UserAgent::Lines{} : scenario::UserAgent::Lines{"Contact: " + contacts});
    EXPECT_EQ(first_line(bob.take()), "ACK" + first_line(invite).substr(6));
  }
  void expect_alice_told(std::string_view status_line) {
    const auto answer = alice.take();
    EXPECT_EQ(first_line(answer), status_line);
    alice.ack(answer);
    house.expect_nothing_left();
  }
};

}  // namespace

TEST(Redirection, RSP07_ContactsAreCalledInTheOrderOfTheirQ) {
  Redirection flow;
  flow.answer(300, "Multiple Choices", "<sip:dave@192.0.2.100>;q=0.5, <sip:carol@192.0.2.201?Subject=x>;q=0.9");
  const auto invite = flow.bob.take();
  EXPECT_EQ(first_line(invite), "INVITE sip:carol@192.0.2.201 SIP/2.0");
  EXPECT_EQ(sim::header(invite, "CSeq"), "2 INVITE");
  flow.bob.respond(invite, 486, "Busy Here");
  EXPECT_TRUE(flow.bob.take().starts_with("ACK sip:carol@"));
  const auto last = flow.dave.take();
  EXPECT_EQ(first_line(last), "INVITE sip:dave@192.0.2.100 SIP/2.0");
  EXPECT_EQ(sim::header(last, "CSeq"), "3 INVITE");
  EXPECT_EQ(sim::header(last, "Call-ID"), sim::header(invite, "Call-ID"));
  EXPECT_EQ(sim::header(last, "From"), sim::header(invite, "From"));
  flow.dave.respond(last, 480, "Temporarily Unavailable");
  flow.dave.take();
  flow.expect_alice_told("SIP/2.0 480 Temporarily Unavailable");
}

TEST(Redirection, RSP08_A301IsFollowedToAnotherName) {
  Redirection flow;
  flow.house.world.names.host("dave.test", scenario::bob_at_chicago);
  flow.answer(301, "Moved Permanently", "sip:dave@dave.test");
  const auto invite = flow.dave.take();
  EXPECT_EQ(first_line(invite), "INVITE sip:dave@dave.test SIP/2.0");
  flow.dave.respond(invite, 603, "Decline");
  flow.dave.take();
  flow.expect_alice_told("SIP/2.0 603 Decline");
}

TEST(Redirection, ASilentTargetIsFollowedByTheNext) {
  Redirection flow;
  flow.answer(302, "Moved Temporarily", "<sip:nobody@192.0.2.99>, <sip:dave@192.0.2.100>");
  const auto invite = flow.dave.take(40s);
  EXPECT_EQ(first_line(invite), "INVITE sip:dave@192.0.2.100 SIP/2.0");
  flow.dave.respond(invite, 486, "Busy Here");
  flow.dave.take();
  flow.expect_alice_told("SIP/2.0 486 Busy Here");
}

TEST(Redirection, RSP31_A6xxIsTheEndWhoeverIsLeft) {
  Redirection flow;
  flow.answer(302, "Moved Temporarily", "<sip:carol@192.0.2.201>, <sip:dave@192.0.2.100>");
  flow.answer(600, "Busy Everywhere");
  flow.expect_alice_told("SIP/2.0 600 Busy Everywhere");
  EXPECT_TRUE(flow.dave.take().empty());
}

TEST(Redirection, NobodyIsAskedTwice) {
  Redirection flow;
  flow.answer(302, "Moved Temporarily", "<sip:carol@192.0.2.201>");
  flow.answer(302, "Moved Temporarily", "<sip:bob@192.0.2.201>, <sip:carol@192.0.2.201>");
  flow.expect_alice_told("SIP/2.0 302 Moved Temporarily");
}

TEST(Redirection, NoMoreThanSomeAreAskedAtAll) {
  Redirection flow;
  int asked = 0;
  for (auto invite = flow.bob.take(); !invite.empty(); invite = flow.bob.take()) {
    flow.bob.respond(invite, 302, "Moved Temporarily", {},
                     {"Contact: <sip:next" + std::to_string(++asked) + "@192.0.2.201>"});
    flow.bob.take();
  }
  EXPECT_EQ(asked, 9);  // Bob himself and redirections_max
  flow.expect_alice_told("SIP/2.0 302 Moved Temporarily");
}

TEST(Redirection, WhereItLeadsNowhereTheCallIsOver) {
  Redirection flow;
  flow.answer(302, "Moved Temporarily", "<sip:dave@nowhere.test>");
  flow.expect_alice_told("SIP/2.0 503 Service Unavailable");
}

TEST(Redirection, WhoHangsUpWhileANameIsAskedForIsNotCalledBack) {
  Redirection flow;
  flow.house.world.names.host("dave.test", scenario::bob_at_chicago);
  flow.house.world.names.delay = 2s;
  // The first one cannot be reached from here, which is known at once; the name is asked for from within that.
  flow.answer(302, "Moved Temporarily", "<sip:dave@[2001:db8::1]>;q=1, <sip:dave@dave.test>;q=0.5");
  flow.alice.cancel();
  EXPECT_EQ(first_line(flow.alice.take()), "SIP/2.0 200 OK");
  flow.expect_alice_told("SIP/2.0 487 Request Terminated");
  EXPECT_TRUE(flow.dave.take().empty());
}

TEST(Redirection, SEC_WhatIsAssertedToOneServerIsNotToldToAnother) {
  Redirection flow{R"(<param name="caller-id-type" value="pid"/>)"};
  const auto before = flow.bob.take();
  EXPECT_NE(sim::header(before, "P-Asserted-Identity"), "");
  flow.bob.respond(before, 302, "Moved Temporarily", {}, {"Contact: <sip:dave@192.0.2.100>"});
  const auto after = flow.dave.take();
  EXPECT_EQ(first_line(after), "INVITE sip:dave@192.0.2.100 SIP/2.0");
  EXPECT_EQ(sim::header(after, "P-Asserted-Identity"), "");
}

TEST(Redirection, ManualRedirectLeavesItToTheDialplan) {
  Redirection flow{R"(<param name="manual-redirect" value="true"/>)"};
  flow.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>");
  flow.expect_alice_told("SIP/2.0 302 Moved Temporarily");
  EXPECT_TRUE(flow.dave.take().empty());
}

TEST(Redirection, RSP11_A305IsFollowedAndA380IsNot) {
  Redirection flow;
  flow.answer(305, "Use Proxy", "<sip:dave@192.0.2.100>");
  const auto invite = flow.dave.take();
  EXPECT_EQ(first_line(invite), "INVITE sip:dave@192.0.2.100 SIP/2.0");
  flow.dave.respond(invite, 380, "Alternative Service", {}, {"Contact: <sip:carol@192.0.2.201>"});
  flow.dave.take();
  flow.expect_alice_told("SIP/2.0 380 Alternative Service");
  EXPECT_TRUE(flow.bob.take().empty());
}

TEST(Redirection, SEC_WhoHidesIsNotSentOnAndWhoWantsNoPrivacyIs) {
  Redirection hidden{{}, "{sip_h_Privacy=id}"};
  hidden.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>");
  hidden.expect_alice_told("SIP/2.0 302 Moved Temporarily");
  Redirection open{{}, "{sip_h_Privacy=none}"};
  open.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>");
  const auto invite = open.dave.take();
  EXPECT_EQ(first_line(invite), "INVITE sip:dave@192.0.2.100 SIP/2.0");
  EXPECT_EQ(sim::header(invite, "Privacy"), "none");
  open.dave.respond(invite, 486, "Busy Here");
  open.dave.take();
  open.expect_alice_told("SIP/2.0 486 Busy Here");
}

TEST(Redirection, F53_07_AHistoryIsToldOn) {
  Redirection flow{{}, "{sip_h_History-Info=&lt;sip:carol@x&gt;;index=1}"};
  flow.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>;q=0.5, <sip:carol@192.0.2.201>;q=0.9");
  const auto first = flow.bob.take();
  const std::vector<std::string> asked{"<sip:carol@x>;index=1", "<sip:bob@192.0.2.201?Reason=SIP%3Bcause%3D302>;index=1.1;mp=1"};
  EXPECT_EQ(scenario::values(first, "History-Info"),
            (std::vector<std::string>{asked[0], asked[1], "<sip:carol@192.0.2.201>;index=1.2;mp=1.1"}));
  flow.bob.respond(first, 486, "Busy Here");
  flow.bob.take();
  const auto second = flow.dave.take();
  EXPECT_EQ(scenario::values(second, "History-Info"),
            (std::vector<std::string>{asked[0], asked[1], "<sip:carol@192.0.2.201?Reason=SIP%3Bcause%3D486>;index=1.2;mp=1.1",
                                      "<sip:dave@192.0.2.100>;index=1.3;mp=1.1"}));
  EXPECT_EQ(sim::header(second, "Diversion"), "");
}

TEST(Redirection, F53_07_DiversionsAreToldOn) {
  Redirection flow{{}, "{sip_h_Diversion=&lt;sip:carol@x&gt;;reason=no-answer}"};
  flow.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>");
  EXPECT_EQ(scenario::values(flow.dave.take(), "Diversion"),
            (std::vector<std::string>{"<sip:bob@192.0.2.201>;reason=unconditional;counter=1", "<sip:carol@x>;reason=no-answer"}));
  Redirection told;
  const auto invite = told.bob.take();
  EXPECT_EQ(sim::header(invite, "Diversion"), "");
  told.bob.respond(invite, 302, "Moved Temporarily", {},
                   {"Contact: <sip:dave@192.0.2.100>", "Diversion: <sip:bob@biloxi.example.com>;reason=do-not-disturb"});
  EXPECT_EQ(sim::header(told.dave.take(), "Diversion"), "<sip:bob@biloxi.example.com>;reason=do-not-disturb");
}

TEST(Redirection, WithoutAHistoryNoneIsBegun) {
  Redirection flow;
  flow.answer(302, "Moved Temporarily", "<sip:dave@192.0.2.100>");
  const auto invite = flow.dave.take();
  EXPECT_EQ(sim::header(invite, "History-Info"), "");
  EXPECT_EQ(sim::header(invite, "Diversion"), "");
}
