// tests/scenario/rfc3665_session_test.cc - RFC 3665 sections 3.1 and 3.8-3.11 through the switch, every message.
//
// The RFC's flows have proxies between the phones; ours has a back-to-back user agent, so that each phone sees a dialog
// of its own. What each party must see is the same.
#include <gtest/gtest.h>

#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::body_of;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view to_bob = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>)";

struct Flow {
  scenario::House house;
  sim::RawAgent alice, bob;
  std::string from = "From: Alice <sip:alice@10.0.0.1>;tag=9fxced76sl";
  std::string invite_branch = "z9hG4bK74bf9";

  explicit Flow(std::string_view context = to_bob)
      : house{context}, alice{house.world, house.world.add_host("alice", {scenario::alice_ip})},
        bob{house.world, house.world.add_host("bob", {scenario::bob_ip})} {}

  void invite() {
    alice.send(house.address(),
               sim::message({"INVITE sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=" + invite_branch,
                             "Max-Forwards: 70", from, "To: Bob <sip:bob@10.0.0.1>", "Call-ID: 3848276298220188511@alice",
                             "CSeq: 1 INVITE", "Contact: <sip:alice@10.0.0.2>", "Content-Type: application/sdp"},
                            scenario::sdp(scenario::alice_ip)));
  }
  void in_dialog(std::string_view method, int cseq, const std::string& to, std::string branch) {
    alice.send(house.address(),
               sim::message({std::string{method} + " sip:10.0.0.1:5060 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=" + branch,
                             "Max-Forwards: 70", from, "To: " + to, "Call-ID: 3848276298220188511@alice",
                             "CSeq: " + std::to_string(cseq) + " " + std::string{method}}));
  }
  void ack_failure(const std::string& response) {
    alice.send(house.address(),
               sim::message({"ACK sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=" + invite_branch,
                             "Max-Forwards: 70", from, "To: " + header(response, "To"), "Call-ID: 3848276298220188511@alice",
                             "CSeq: 1 ACK"}));
  }
};

}  // namespace

TEST(Rfc3665, F36_06_SuccessfulSessionEstablishment) {
  Flow flow;
  flow.invite();
  EXPECT_EQ(first_line(flow.alice.take()), "SIP/2.0 100 Trying");
  const auto invite = flow.bob.take();
  EXPECT_EQ(first_line(invite), "INVITE sip:bob@10.0.0.3:5060 SIP/2.0");
  EXPECT_EQ(header(invite, "CSeq"), "1 INVITE");
  EXPECT_NE(header(invite, "Call-ID"), "3848276298220188511@alice");
  EXPECT_NE(body_of(invite).find("m=audio"), std::string::npos);
  EXPECT_EQ(body_of(invite).find("10.0.0.2"), std::string::npos) << "the caller's address must not leak";

  flow.bob.send(flow.house.address(), sim::answer_to(invite, 180, "Ringing", "8321234356", "Contact: <sip:bob@10.0.0.3>\r\n"));
  const auto ringing = flow.alice.take();
  EXPECT_EQ(first_line(ringing), "SIP/2.0 180 Ringing");
  EXPECT_NE(header(ringing, "To").find(";tag="), std::string::npos);
  flow.bob.send(flow.house.address(),
                sim::answer_to(invite, 200, "OK", "8321234356",
                               "Contact: <sip:bob@10.0.0.3>\r\nContent-Type: application/sdp\r\n", scenario::sdp(scenario::bob_ip)));
  const auto bob_ack = flow.bob.take();
  EXPECT_EQ(first_line(bob_ack), "ACK sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(header(bob_ack, "CSeq"), "1 ACK");
  EXPECT_NE(header(bob_ack, "Via"), header(invite, "Via"));  // MTH_04: a transaction of its own

  const auto ok = flow.alice.take();
  EXPECT_EQ(first_line(ok), "SIP/2.0 200 OK");
  EXPECT_EQ(header(ok, "To"), header(ringing, "To"));
  EXPECT_NE(body_of(ok).find("m=audio"), std::string::npos);
  flow.in_dialog("ACK", 1, header(ok, "To"), "z9hG4bK74bd5");
  EXPECT_TRUE(flow.alice.quiet(5s));  // the 200 is not repeated any more

  flow.in_dialog("BYE", 2, header(ok, "To"), "z9hG4bK74bf0");
  EXPECT_EQ(first_line(flow.alice.take()), "SIP/2.0 200 OK");
  const auto bye = flow.bob.take();
  EXPECT_EQ(first_line(bye), "BYE sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(header(bye, "CSeq"), "2 BYE");
  flow.bob.send(flow.house.address(), sim::answer_to(bye, 200, "OK", {}));
  flow.house.expect_nothing_left();
}

TEST(Rfc3665, F36_13_UnsuccessfulNoAnswer) {
  Flow flow;
  flow.invite();
  flow.alice.take();
  const auto invite = flow.bob.take();
  flow.bob.send(flow.house.address(), sim::answer_to(invite, 180, "Ringing", "3145678", "Contact: <sip:bob@10.0.0.3>\r\n"));
  EXPECT_EQ(sim::status_of(flow.alice.take()), 180);
  flow.alice.send(flow.house.address(),
                  sim::message({"CANCEL sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=" + flow.invite_branch,
                                "Max-Forwards: 70", flow.from, "To: Bob <sip:bob@10.0.0.1>",
                                "Call-ID: 3848276298220188511@alice", "CSeq: 1 CANCEL"}));
  const auto cancelled = flow.alice.take();
  EXPECT_EQ(first_line(cancelled), "SIP/2.0 200 OK");
  EXPECT_EQ(header(cancelled, "CSeq"), "1 CANCEL");
  const auto terminated = flow.alice.take();
  EXPECT_EQ(first_line(terminated), "SIP/2.0 487 Request Terminated");
  flow.ack_failure(terminated);

  const auto cancel = flow.bob.take();
  EXPECT_EQ(first_line(cancel), "CANCEL sip:bob@10.0.0.3:5060 SIP/2.0");
  EXPECT_EQ(header(cancel, "Via"), header(invite, "Via"));  // the branch of the INVITE
  flow.bob.send(flow.house.address(), sim::answer_to(cancel, 200, "OK", {}));
  flow.bob.send(flow.house.address(), sim::answer_to(invite, 487, "Request Terminated", "3145678"));
  const auto ack = flow.bob.take();
  EXPECT_EQ(first_line(ack), "ACK sip:bob@10.0.0.3:5060 SIP/2.0");
  EXPECT_EQ(header(ack, "Via"), header(invite, "Via"));
  flow.house.expect_nothing_left();
}

TEST(Rfc3665, F36_14_UnsuccessfulBusy) {
  Flow flow;
  flow.invite();
  flow.alice.take();
  const auto invite = flow.bob.take();
  flow.bob.send(flow.house.address(), sim::answer_to(invite, 486, "Busy Here", "78532"));
  EXPECT_EQ(first_line(flow.bob.take()), "ACK sip:bob@10.0.0.3:5060 SIP/2.0");
  const auto busy = flow.alice.take();
  EXPECT_EQ(first_line(busy), "SIP/2.0 486 Busy Here");
  EXPECT_EQ(header(busy, "Reason"), "Q.850;cause=17;text=\"USER_BUSY\"");
  flow.ack_failure(busy);
  EXPECT_TRUE(flow.alice.quiet(40s));
  flow.house.expect_nothing_left();
}

TEST(Rfc3665, F36_15_NoResponseFromUserAgent) {
  Flow flow;
  flow.invite();
  flow.alice.take();
  int sent = 0;
  while (!flow.bob.take(16s).empty()) ++sent;
  EXPECT_EQ(sent, 7);  // 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s
  const auto failed = flow.alice.take(1s);
  // The callee's side timed out, which counts as its 408 (RFC 3261 section 8.1.3.1); the caller is told the same.
  EXPECT_EQ(sim::status_of(failed), 408);
  flow.ack_failure(failed);
  flow.house.expect_nothing_left();
}

TEST(Rfc3665, F36_16_UnsuccessfulTemporarilyUnavailable) {
  Flow flow;
  flow.invite();
  flow.alice.take();
  const auto invite = flow.bob.take();
  flow.bob.send(flow.house.address(), sim::answer_to(invite, 180, "Ringing", "3145678"));
  EXPECT_EQ(sim::status_of(flow.alice.take()), 180);
  flow.bob.send(flow.house.address(), sim::answer_to(invite, 480, "Temporarily Unavailable", "3145678"));
  EXPECT_EQ(first_line(flow.bob.take()), "ACK sip:bob@10.0.0.3:5060 SIP/2.0");
  const auto failed = flow.alice.take();
  EXPECT_EQ(first_line(failed), "SIP/2.0 480 Temporarily Unavailable");
  flow.ack_failure(failed);
  flow.house.expect_nothing_left();
}

TEST(Rfc3665, RSP_14_AnUnknownNumberIs404) {
  Flow flow{"<extension name=\"none\"><condition field=\"destination_number\" expression=\"^x$\"><action application=\"answer\"/></condition></extension>"};
  flow.invite();
  flow.alice.take();
  const auto failed = flow.alice.take();
  EXPECT_EQ(first_line(failed), "SIP/2.0 404 Not Found");
  flow.ack_failure(failed);
  flow.house.expect_nothing_left();
}
