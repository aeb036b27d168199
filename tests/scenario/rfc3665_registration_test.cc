// tests/scenario/rfc3665_registration_test.cc - RFC 3665 section 2: Bob registers with Ahoy.
#include "tests/scenario/flow.h"

namespace scenario {

namespace {

struct Registration : Flow {
  std::string challenge;

  explicit Registration(endpoint::Transport transport)
      : Flow{transport, "error/user_busy", R"(<param name="multiple-registrations" value="true"/>)"} {}
  std::string send(const UserAgent::Lines& more) {
    bob.send_register("sip:10.0.0.1", ahoy(), more);
    return bob.take();
  }
  std::string authorization(const std::string& password, int count) const {
    return credentials(challenge, "bob", password, "REGISTER", "sip:10.0.0.1", count);
  }
  void register_bob() {
    challenge = send({"Contact: " + bob.contact()});
    send({"Contact: " + bob.contact(), authorization("builder", 1)});
  }
};

}  // namespace

TEST_P(Rfc3665, S2_1_SuccessfulNewRegistration_F36_01) {
  Registration flow{GetParam()};
  flow.register_bob();
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    CSeq: 1 REGISTER
    Contact: <sip:bob@192.0.2.201{transport}>
    no Authorization
F2  Ahoy -> Bob  SIP/2.0 401 Unauthorized
    CSeq: 1 REGISTER
    WWW-Authenticate: Digest realm="10.0.0.1",*nonce="*qop="auth"*
    no Contact
F3  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    CSeq: 2 REGISTER
    Authorization: Digest username="bob", realm="10.0.0.1",*
F4  Ahoy -> Bob  SIP/2.0 200 OK
    CSeq: 2 REGISTER
    Contact: <sip:bob@192.0.2.201{transport}>;expires=3600
    no WWW-Authenticate
)");
}

TEST_P(Rfc3665, S2_2_UpdateOfContactList_F36_02) {
  Registration flow{GetParam()};
  flow.register_bob();
  flow.ladder.clear();
  flow.send({"Contact: mailto:bob@biloxi.example.com", flow.authorization("builder", 2)});
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    Contact: mailto:bob@biloxi.example.com
F2  Ahoy -> Bob  SIP/2.0 200 OK
    Contact: <sip:bob@192.0.2.201{transport}>;expires=3600, <mailto:bob@biloxi.example.com>;expires=3600
)");
}

TEST_P(Rfc3665, S2_3_RequestForCurrentContactList_F36_03) {
  Registration flow{GetParam()};
  flow.register_bob();
  flow.send({"Contact: mailto:bob@biloxi.example.com", flow.authorization("builder", 2)});
  flow.ladder.clear();
  flow.send({flow.authorization("builder", 3)});
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    no Contact
F2  Ahoy -> Bob  SIP/2.0 200 OK
    Contact: <sip:bob@192.0.2.201{transport}>;expires=3600, <mailto:bob@biloxi.example.com>;expires=3600
)");
}

TEST_P(Rfc3665, S2_4_CancellationOfRegistration_F36_04) {
  Registration flow{GetParam()};
  flow.register_bob();
  flow.ladder.clear();
  flow.send({"Expires: 0", "Contact: *", flow.authorization("builder", 2)});
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    Expires: 0
    Contact: *
F2  Ahoy -> Bob  SIP/2.0 200 OK
    no Contact
)");
}

TEST_P(Rfc3665, S2_5_UnsuccessfulRegistration_F36_05) {
  Registration flow{GetParam()};
  flow.challenge = flow.send({"Contact: " + flow.bob.contact()});
  flow.send({"Contact: " + flow.bob.contact(), flow.authorization("destroyer", 1)});
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    CSeq: 1 REGISTER
F2  Ahoy -> Bob  SIP/2.0 401 Unauthorized
    WWW-Authenticate: Digest realm="10.0.0.1",*
F3  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    CSeq: 2 REGISTER
    Authorization: Digest username="bob",*
F4  Ahoy -> Bob  SIP/2.0 401 Unauthorized
    CSeq: 2 REGISTER
    WWW-Authenticate: Digest realm="10.0.0.1",*
    no Contact
)");
}

// What was said once does not count again (RFC 7616 section 3.4, nc).
TEST_P(Rfc3665, S4_ReplayedCredentialsAreRefused_F36_17) {
  Registration flow{GetParam()};
  flow.register_bob();
  flow.ladder.clear();
  flow.send({"Contact: <sip:mallory@192.0.2.66>", flow.authorization("builder", 1)});
  flow.expect(R"(
F1  Bob -> Ahoy  REGISTER sip:10.0.0.1 SIP/2.0
    CSeq: 3 REGISTER
    Authorization: *nc=00000001,*
F2  Ahoy -> Bob  SIP/2.0 401 Unauthorized
    WWW-Authenticate: Digest realm="10.0.0.1",*stale=true*
    no Contact
)");
}

}  // namespace scenario
