// tests/scenario/sips_test.cc - flows with sips URIs (RFC 3261 section 26.2.2, RFC 5630): TLS on every hop or not at all.
#include <gmock/gmock.h>

#include "tests/scenario/flow.h"

using endpoint::Transport;

namespace scenario {

namespace {

struct Secure : Flow {
  explicit Secure(const std::string& dial) : Flow{Transport::tls, dial} {
    alice.use_sips();
    bob.use_sips();
  }
  void call() {
    alice.invite("sips:bob@biloxi.example.com", ahoy(), {}, alice.sdp());
    talk_until_bob_ends();
  }
  void register_bob() {
    const UserAgent::Lines contact{"Contact: " + bob.contact()};
    bob.send_register("sips:10.0.0.1", ahoy(), contact);
    const auto challenge = bob.take();
    bob.send_register("sips:10.0.0.1", ahoy(),
                      {contact[0], credentials(challenge, "bob", "builder", "REGISTER", "sips:10.0.0.1")});
    bob.take();
  }
};

}  // namespace

TEST(Sips, SEC_06_S3_1_SuccessfulSessionEstablishment) {
  Secure flow{"sofia/internal/sips:bob@192.0.2.201"};
  flow.call();
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sips:bob@biloxi.example.com SIP/2.0
    Contact: <sips:alice@192.0.2.101>
F2  Ahoy -> Alice  SIP/2.0 100 Trying
F3  Ahoy -> Bob    INVITE sips:bob@192.0.2.201 SIP/2.0
    Via: SIP/2.0/TLS 10.0.0.1:5061;*
    Contact: <sips:ahoy@10.0.0.1:5061>
    SDP: 10.0.0.1
F4  Bob -> Ahoy    SIP/2.0 180 Ringing
F5  Ahoy -> Alice  SIP/2.0 180 Ringing
    Contact: <sips:10.0.0.1:5061>
F6  Bob -> Ahoy    SIP/2.0 200 OK
    Contact: <sips:bob@192.0.2.201>
F7  Ahoy -> Bob    ACK sips:bob@192.0.2.201 SIP/2.0
F8  Ahoy -> Alice  SIP/2.0 200 OK
    Contact: <sips:10.0.0.1:5061>
F9  Alice -> Ahoy  ACK sips:10.0.0.1:5061 SIP/2.0
F10 Bob -> Ahoy    BYE sips:ahoy@10.0.0.1:5061 SIP/2.0
F11 Ahoy -> Bob    SIP/2.0 200 OK
F12 Ahoy -> Alice  BYE sips:alice@192.0.2.101 SIP/2.0
F13 Alice -> Ahoy  SIP/2.0 200 OK
)");
}

TEST(Sips, SEC_06_S2_1_RegistrationAndACallToIt) {
  Secure flow{"user/bob@10.0.0.1"};
  flow.register_bob();
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sips:10.0.0.1 SIP/2.0
    To: Bob <sips:bob@biloxi.example.com>
    Contact: <sips:bob@192.0.2.201>
F2  Ahoy -> Bob  SIP/2.0 401 Unauthorized
F3  Bob -> Ahoy  REGISTER sips:10.0.0.1 SIP/2.0
    Authorization: Digest username="bob", realm="10.0.0.1",*uri="sips:10.0.0.1"*
F4  Ahoy -> Bob  SIP/2.0 200 OK
    Contact: <sips:bob@192.0.2.201>;expires=3600
)");
  flow.ladder.clear();
  flow.alice.invite("sips:bob@10.0.0.1", flow.ahoy(), {}, flow.alice.sdp());
  const auto invite = flow.bob.take();
  EXPECT_THAT(invite, testing::StartsWith("INVITE sips:bob@192.0.2.201 SIP/2.0"));
  EXPECT_EQ(sim::header(invite, "Contact"), "<sips:ahoy@10.0.0.1:5061>");
  flow.bob.respond(invite, 486, "Busy Here");
  flow.alice.ack(flow.alice.take_answer());
  flow.house.expect_nothing_left();
}

TEST(Sips, SEC_06_WhatCameWithoutTlsIsRefusedAndNotToBeRepeated) {
  for (const auto over : {Transport::udp, Transport::tcp}) {
    Flow flow{over, "sofia/internal/bob@192.0.2.201{transport}"};
    flow.alice.invite("sips:bob@biloxi.example.com", flow.ahoy(), {}, flow.alice.sdp());
    flow.alice.ack(flow.alice.take_answer());
    flow.bob.send_register("sips:10.0.0.1", flow.ahoy(), {"Contact: " + flow.bob.contact()});
    flow.expect(R"(
F1  Alice -> Ahoy  INVITE sips:bob@biloxi.example.com SIP/2.0
F2  Ahoy -> Alice  SIP/2.0 403 Forbidden
    Warning: 399 ahoy "A sips URI is reached by TLS alone"
F3  Alice -> Ahoy  ACK sips:bob@biloxi.example.com SIP/2.0
F4  Bob -> Ahoy    REGISTER sips:10.0.0.1 SIP/2.0
F5  Ahoy -> Bob    SIP/2.0 403 Forbidden
)");
  }
}

TEST(Sips, SEC_06_AProxyDoesNotForwardItEither) {
  Flow flow{Transport::udp, R"(<extension name="all"><condition><action application="proxy" data="sip:bob@192.0.2.201"/></condition></extension>)"};
  flow.alice.invite("sips:bob@biloxi.example.com", flow.ahoy(), {}, flow.alice.sdp());
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(sim::first_line(answer), "SIP/2.0 403 Forbidden");
  flow.alice.ack(answer);
  EXPECT_TRUE(flow.bob.take().empty());
  flow.house.expect_nothing_left();
}

}  // namespace scenario
