// tests/scenario/rfc3665_session_test.cc - RFC 3665 sections 3.1 and 3.7-3.11: sessions that succeed, move and fail.
#include <cctype>

#include "tests/scenario/flow.h"

using namespace std::chrono_literals;
using endpoint::Transport;

namespace scenario {

TEST_P(Rfc3665, S3_1_SuccessfulSessionEstablishment_F36_06) {
  Flow flow{GetParam(), "sofia/internal/bob@192.0.2.201{transport}"};
  flow.call_that_bob_ends();
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice  SIP/2.0 100 Trying
F3  Ahoy -> Bob    INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 INVITE
    Via: {over} 10.0.0.1:{port};*
    Max-Forwards: 70
    From: "Alice" <sip:alice@*>;tag=*
    Contact: <sip:ahoy@10.0.0.1:{port}*>
    SDP: 10.0.0.1
F4  Bob -> Ahoy    SIP/2.0 180 Ringing
    Contact: <sip:bob@192.0.2.201{transport}>
    no SDP
F5  Ahoy -> Alice  SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
    no SDP
F6  Bob -> Ahoy    SIP/2.0 200 OK
    Contact: <sip:bob@192.0.2.201{transport}>
    SDP: 192.0.2.201
F7  Ahoy -> Bob    ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 ACK
    no Route
    no SDP
F8  Ahoy -> Alice  SIP/2.0 200 OK
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F9  Alice -> Ahoy  ACK sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 1 ACK
F10 Bob -> Ahoy    BYE sip:ahoy@10.0.0.1:{port}* SIP/2.0
    CSeq: 1 BYE
    From: *;tag=bob-8321234356
F11 Ahoy -> Bob    SIP/2.0 200 OK
F12 Ahoy -> Alice  BYE sip:alice@192.0.2.101{transport} SIP/2.0
    CSeq: 1 BYE
    To: *;tag=alice-9fxced76sl
    no Route
F13 Alice -> Ahoy  SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_7_ReInviteAfterAChangeOfAddress_F36_12) {
  Flow flow{GetParam(), "sofia/internal/bob@biloxi.example.com{transport}"};
  UserAgent moved{flow.house.world, "Bob in Chicago", "bob@biloxi.example.com", bob_at_chicago, GetParam()};
  flow.ladder.name(bob_at_chicago, "Bob moved");
  auto second = flow.ss2();
  second.records_route = false;
  sim::Proxy ss2{flow.host("Proxy 2", ss2_ip), second};
  flow.alice_calls();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  flow.bob.respond(invite, 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  flow.bob.take();
  moved.dialog = flow.bob.dialog;
  moved.request("INVITE", {"Contact: " + moved.contact()}, moved.sdp());
  moved.ack(moved.take_answer());
  flow.alice.request("BYE");
  moved.respond(moved.take(), 200, "OK");
  flow.expect(R"(
F1  Alice -> Ahoy      INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice      SIP/2.0 100 Trying
F3  Ahoy -> Proxy 2    INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    SDP: 10.0.0.1
F4  Proxy 2 -> Ahoy    SIP/2.0 100 Trying
F5  Proxy 2 -> Bob     INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 69
    no Record-Route
F6  Bob -> Proxy 2     SIP/2.0 180 Ringing
F7  Proxy 2 -> Ahoy    SIP/2.0 180 Ringing
F8  Ahoy -> Alice      SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
F9  Bob -> Proxy 2     SIP/2.0 200 OK
    SDP: 192.0.2.201
F10 Proxy 2 -> Ahoy    SIP/2.0 200 OK
F11 Ahoy -> Bob        ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 ACK
    no Route
F12 Ahoy -> Alice      SIP/2.0 200 OK
    SDP: 10.0.0.1
F13 Alice -> Ahoy      ACK sip:10.0.0.1:{port}* SIP/2.0
F14 Bob moved -> Ahoy  INVITE sip:ahoy@10.0.0.1:{port}* SIP/2.0
    CSeq: 1 INVITE
    Contact: <sip:bob@192.0.2.100{transport}>
    SDP: 192.0.2.100
F15 Ahoy -> Bob moved  SIP/2.0 100 Trying
F16 Ahoy -> Bob moved  SIP/2.0 200 OK
    CSeq: 1 INVITE
    SDP: 10.0.0.1
F17 Bob moved -> Ahoy  ACK sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 1 ACK
F18 Alice -> Ahoy      BYE sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 2 BYE
F19 Ahoy -> Alice      SIP/2.0 200 OK
F20 Ahoy -> Bob moved  BYE sip:bob@192.0.2.100{transport} SIP/2.0
    CSeq: 2 BYE
    no Route
F21 Bob moved -> Ahoy  SIP/2.0 200 OK
)");
}

// Alice is told by Ahoy at once, as by a user agent; the RFC's proxies wait for Bob's 487.
TEST_P(Rfc3665, S3_8_NoAnswer_F36_13) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), flow.ss1()}, ss2{flow.host("Proxy 2", ss2_ip), flow.ss2()};
  flow.alice_calls();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  flow.alice.cancel();
  flow.alice.take();
  flow.alice.ack(flow.alice.take());
  flow.bob.respond(flow.bob.take(), 200, "OK");
  flow.bob.respond(invite, 487, "Request Terminated");
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    SDP: 10.0.0.1
F4  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F5  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
F6  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F7  Proxy 2 -> Bob      INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F8  Bob -> Proxy 2      SIP/2.0 180 Ringing
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:bob@192.0.2.201{transport}>
F9  Proxy 2 -> Proxy 1  SIP/2.0 180 Ringing
F10 Proxy 1 -> Ahoy     SIP/2.0 180 Ringing
F11 Ahoy -> Alice       SIP/2.0 180 Ringing
    no Record-Route
    Contact: <sip:10.0.0.1:{port}*>
F12 Alice -> Ahoy       CANCEL sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 CANCEL
F13 Ahoy -> Alice       SIP/2.0 200 OK
    CSeq: 1 CANCEL
F14 Ahoy -> Alice       SIP/2.0 487 Request Terminated
    CSeq: 1 INVITE
F15 Ahoy -> Proxy 1     CANCEL sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 CANCEL
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F16 Proxy 1 -> Ahoy     SIP/2.0 200 OK
F17 Proxy 1 -> Proxy 2  CANCEL sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 CANCEL
    no Route
F18 Alice -> Ahoy       ACK sip:bob@biloxi.example.com SIP/2.0
F19 Proxy 2 -> Proxy 1  SIP/2.0 200 OK
F20 Proxy 2 -> Bob      CANCEL sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 CANCEL
F21 Bob -> Proxy 2      SIP/2.0 200 OK
F22 Bob -> Proxy 2      SIP/2.0 487 Request Terminated
    CSeq: 1 INVITE
F23 Proxy 2 -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} ss2.biloxi.example.com:{port};*
F24 Proxy 2 -> Proxy 1  SIP/2.0 487 Request Terminated
F25 Proxy 1 -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} ss1.atlanta.example.com:{port};*
F26 Proxy 1 -> Ahoy     SIP/2.0 487 Request Terminated
    Via: {over} 10.0.0.1:{port};*
F27 Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*
    Route: <sip:ss1.atlanta.example.com{transport};lr>
)");
}

TEST_P(Rfc3665, S3_9_Busy_F36_14) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), flow.ss1()}, ss2{flow.host("Proxy 2", ss2_ip), flow.ss2()};
  flow.alice_calls();
  flow.bob.respond(flow.bob.take(), 486, "Busy Here");
  flow.alice.ack(flow.alice.take_answer());
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    SDP: 10.0.0.1
F4  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F5  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
F6  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F7  Proxy 2 -> Bob      INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F8  Bob -> Proxy 2      SIP/2.0 486 Busy Here
    CSeq: 1 INVITE
F9  Proxy 2 -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} ss2.biloxi.example.com:{port};*
F10 Proxy 2 -> Proxy 1  SIP/2.0 486 Busy Here
F11 Proxy 1 -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} ss1.atlanta.example.com:{port};*
F12 Proxy 1 -> Ahoy     SIP/2.0 486 Busy Here
F13 Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} 10.0.0.1:{port};*
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F14 Ahoy -> Alice       SIP/2.0 486 Busy Here
    Reason: Q.850;cause=17;text="USER_BUSY"
F15 Alice -> Ahoy       ACK sip:bob@biloxi.example.com SIP/2.0
)");
}

TEST_P(Rfc3665, S3_10_NoResponseFromUserAgent_F36_15) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  auto second = flow.ss2();
  second.silence = 480;
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), flow.ss1()}, ss2{flow.host("Proxy 2", ss2_ip), second};
  flow.alice_calls();
  flow.alice.take();
  flow.alice.ack(flow.alice.take(40s));
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    SDP: 10.0.0.1
F4  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F5  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
F6  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F7 x7 Proxy 2 -> Bob   INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F14 Proxy 2 -> Proxy 1  SIP/2.0 480 Temporarily Unavailable
F15 Proxy 1 -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} ss1.atlanta.example.com:{port};*
F16 Proxy 1 -> Ahoy     SIP/2.0 480 Temporarily Unavailable
F17 Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F18 Ahoy -> Alice       SIP/2.0 480 Temporarily Unavailable
F19 Alice -> Ahoy       ACK sip:bob@biloxi.example.com SIP/2.0
)");
}

// Without proxies: the silence counts as Bob's 408 (RFC 3261 section 8.1.3.1), and Alice is told the same.
TEST_P(Rfc3665, S3_10_NoResponseToUs) {
  Flow flow{GetParam(), "sofia/internal/bob@192.0.2.201{transport}"};
  flow.alice_calls();
  flow.alice.take();
  flow.alice.ack(flow.alice.take(40s));
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@biloxi.example.com SIP/2.0
F2  Ahoy -> Alice  SIP/2.0 100 Trying
F3 x7 Ahoy -> Bob  INVITE sip:bob@192.0.2.201{transport} SIP/2.0
F10 Ahoy -> Alice  SIP/2.0 408 Request Timeout
F11 Alice -> Ahoy  ACK sip:bob@biloxi.example.com SIP/2.0
)");
}

TEST_P(Rfc3665, S3_11_TemporarilyUnavailable_F36_16) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), flow.ss1()}, ss2{flow.host("Proxy 2", ss2_ip), flow.ss2()};
  flow.alice_calls();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  flow.bob.respond(invite, 480, "Temporarily Unavailable");
  flow.alice.ack(flow.alice.take_answer());
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    SDP: 10.0.0.1
F4  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F5  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
F6  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F7  Proxy 2 -> Bob      INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F8  Bob -> Proxy 2      SIP/2.0 180 Ringing
    Contact: <sip:bob@192.0.2.201{transport}>
    no SDP
F9  Proxy 2 -> Proxy 1  SIP/2.0 180 Ringing
F10 Proxy 1 -> Ahoy     SIP/2.0 180 Ringing
F11 Ahoy -> Alice       SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
    no SDP
F12 Bob -> Proxy 2      SIP/2.0 480 Temporarily Unavailable
F13 Proxy 2 -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} ss2.biloxi.example.com:{port};*
F14 Proxy 2 -> Proxy 1  SIP/2.0 480 Temporarily Unavailable
F15 Proxy 1 -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} ss1.atlanta.example.com:{port};*
F16 Proxy 1 -> Ahoy     SIP/2.0 480 Temporarily Unavailable
F17 Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
    Via: {over} 10.0.0.1:{port};*
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F18 Ahoy -> Alice       SIP/2.0 480 Temporarily Unavailable
F19 Alice -> Ahoy       ACK sip:bob@biloxi.example.com SIP/2.0
)");
}

TEST_P(Rfc3665, RSP_14_AnUnknownNumberIs404) {
  Flow flow{GetParam(), R"(<extension name="none"><condition field="destination_number" expression="^x$">
<action application="answer"/></condition></extension>)"};
  flow.alice_calls();
  flow.alice.ack(flow.alice.take_answer());
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@biloxi.example.com SIP/2.0
F2  Ahoy -> Alice  SIP/2.0 100 Trying
F3  Ahoy -> Alice  SIP/2.0 404 Not Found
F4  Alice -> Ahoy  ACK sip:bob@biloxi.example.com SIP/2.0
)");
}

INSTANTIATE_TEST_SUITE_P(, Rfc3665, testing::Values(Transport::udp, Transport::tcp, Transport::tls),
                         [](const auto& over) {
                           std::string name{endpoint::parameter(over.param)};
                           name[0] = static_cast<char>(std::toupper(name[0]));
                           return name;
                         });

}  // namespace scenario
