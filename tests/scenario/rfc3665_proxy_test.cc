// tests/scenario/rfc3665_proxy_test.cc - RFC 3665 sections 3.2-3.6: sessions through proxies.
//
// Ahoy is the user agent of Alice, with her account, and she is behind it; or it is Bob, or the redirect server.
#include "tests/scenario/flow.h"

using namespace std::chrono_literals;

namespace scenario {

TEST_P(Rfc3665, S3_2_ThroughTwoProxies_F36_07) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  auto first = flow.ss1();
  first.accounts["alice"] = "wonderland";
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), first}, ss2{flow.host("Proxy 2", ss2_ip), flow.ss2()};
  flow.call_that_bob_ends();
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    From: "Alice" <sip:alice@atlanta.example.com>;tag=*
    no Proxy-Authorization
    SDP: 10.0.0.1
F4  Proxy 1 -> Ahoy     SIP/2.0 407 Proxy Authentication Required
    CSeq: 1 INVITE
    Proxy-Authenticate: Digest realm="atlanta.example.com",*
F5  Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F6  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 2 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    Proxy-Authorization: Digest username="alice", realm="atlanta.example.com",*
    SDP: 10.0.0.1
F7  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F8  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} ss1.atlanta.example.com:{port};*, {over} 10.0.0.1:{port};*
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
    no Route
    no Proxy-Authorization
F9  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F10 Proxy 2 -> Bob      INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} ss2.biloxi.example.com:{port};*, {over} ss1.atlanta.example.com:{port};*, {over} 10.0.0.1:{port};*
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    SDP: 10.0.0.1
F11 Bob -> Proxy 2      SIP/2.0 180 Ringing
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:bob@192.0.2.201{transport}>
    no SDP
F12 Proxy 2 -> Proxy 1  SIP/2.0 180 Ringing
    Via: {over} ss1.atlanta.example.com:{port};*, {over} 10.0.0.1:{port};*
F13 Proxy 1 -> Ahoy     SIP/2.0 180 Ringing
    Via: {over} 10.0.0.1:{port};*
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:bob@192.0.2.201{transport}>
F14 Ahoy -> Alice       SIP/2.0 180 Ringing
    CSeq: 1 INVITE
    no Record-Route
    Contact: <sip:10.0.0.1:{port}*>
F15 Bob -> Proxy 2      SIP/2.0 200 OK
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    SDP: 192.0.2.201
F16 Proxy 2 -> Proxy 1  SIP/2.0 200 OK
F17 Proxy 1 -> Ahoy     SIP/2.0 200 OK
    Via: {over} 10.0.0.1:{port};*
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:bob@192.0.2.201{transport}>
    SDP: 192.0.2.201
F18 Ahoy -> Proxy 1     ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 2 ACK
    Max-Forwards: 70
    Route: <sip:ss1.atlanta.example.com;lr*>, <sip:ss2.biloxi.example.com;lr*>
    no SDP
F19 Ahoy -> Alice       SIP/2.0 200 OK
    no Record-Route
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F20 Alice -> Ahoy       ACK sip:10.0.0.1:{port}* SIP/2.0
F21 Proxy 1 -> Proxy 2  ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Route: <sip:ss2.biloxi.example.com;lr*>
F22 Proxy 2 -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} ss2.biloxi.example.com:{port};*, {over} ss1.atlanta.example.com:{port};*, {over} 10.0.0.1:{port};*
    Max-Forwards: 68
    no Route
F23 Bob -> Proxy 2      BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
    CSeq: 1 BYE
    Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F24 Proxy 2 -> Proxy 1  BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
    Route: <sip:ss1.atlanta.example.com;lr*>
F25 Proxy 1 -> Ahoy     BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
    no Route
    Max-Forwards: 68
F26 Ahoy -> Proxy 1     SIP/2.0 200 OK
F27 Ahoy -> Alice       BYE sip:alice@192.0.2.101{transport} SIP/2.0
    CSeq: 1 BYE
    To: *;tag=alice-9fxced76sl
F28 Proxy 1 -> Proxy 2  SIP/2.0 200 OK
F29 Proxy 2 -> Bob      SIP/2.0 200 OK
F30 Alice -> Ahoy       SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_2_ThroughTwoProxiesToUs) {
  Flow flow{GetParam(), R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="ring_ready"/><action application="sleep" data="1000"/><action application="answer"/>
<action application="sleep" data="1000"/></condition></extension>)"};
  auto first = flow.ss1();
  first.accounts["alice"] = "wonderland";
  auto second = flow.ss2();
  second.location["sip:bob@biloxi.example.com"] = flow.filled("sip:bob@10.0.0.1{transport}");
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), first}, ss2{flow.host("Proxy 2", ss2_ip), second};
  const std::string uri = "sip:bob@biloxi.example.com";
  const base::Address hop{ss1_ip, endpoint::usual_port(GetParam())};
  flow.alice.dialog.routes = {flow.filled("<sip:ss1.atlanta.example.com{transport};lr>")};
  flow.alice.invite(uri, hop, {}, flow.alice.sdp());
  const auto challenge = flow.alice.take();
  flow.alice.ack(challenge);
  flow.alice.invite(uri, hop, {credentials(challenge, "alice", "wonderland", "INVITE", uri)}, flow.alice.sdp());
  flow.alice.take_answer();
  flow.alice.ack(flow.alice.take_answer(2s));
  flow.alice.respond(flow.alice.take(2s), 200, "OK");
  flow.expect(R"(
F1  Alice -> Proxy 1    INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Proxy 1 -> Alice    SIP/2.0 407 Proxy Authentication Required
    Proxy-Authenticate: Digest realm="atlanta.example.com",*
F3  Alice -> Proxy 1    ACK sip:bob@biloxi.example.com SIP/2.0
F4  Alice -> Proxy 1    INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 2 INVITE
    Proxy-Authorization: Digest username="alice", realm="atlanta.example.com",*
F5  Proxy 1 -> Alice    SIP/2.0 100 Trying
F6  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
    no Route
    no Proxy-Authorization
F7  Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F8  Proxy 2 -> Ahoy     INVITE sip:bob@10.0.0.1{transport} SIP/2.0
    Max-Forwards: 68
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    SDP: 192.0.2.101
F9  Ahoy -> Proxy 2     SIP/2.0 100 Trying
F10 Ahoy -> Proxy 2     SIP/2.0 180 Ringing
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:10.0.0.1:{port}*>
    no SDP
F11 Proxy 2 -> Proxy 1  SIP/2.0 180 Ringing
F12 Proxy 1 -> Alice    SIP/2.0 180 Ringing
F13 Ahoy -> Proxy 2     SIP/2.0 200 OK
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F14 Proxy 2 -> Proxy 1  SIP/2.0 200 OK
F15 Proxy 1 -> Alice    SIP/2.0 200 OK
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F16 Alice -> Proxy 1    ACK sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 2 ACK
    Route: <sip:ss1.atlanta.example.com;lr*>, <sip:ss2.biloxi.example.com;lr*>
F17 Proxy 1 -> Proxy 2  ACK sip:10.0.0.1:{port}* SIP/2.0
    Route: <sip:ss2.biloxi.example.com;lr*>
F18 Proxy 2 -> Ahoy     ACK sip:10.0.0.1:{port}* SIP/2.0
    no Route
F19 Ahoy -> Proxy 2     BYE sip:alice@192.0.2.101{transport} SIP/2.0
    CSeq: 1 BYE
    Max-Forwards: 70
    Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    To: *;tag=alice-9fxced76sl
F20 Proxy 2 -> Proxy 1  BYE sip:alice@192.0.2.101{transport} SIP/2.0
    Route: <sip:ss1.atlanta.example.com;lr*>
F21 Proxy 1 -> Alice    BYE sip:alice@192.0.2.101{transport} SIP/2.0
    no Route
F22 Alice -> Proxy 1    SIP/2.0 200 OK
F23 Proxy 1 -> Proxy 2  SIP/2.0 200 OK
F24 Proxy 2 -> Ahoy     SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_3_MultipleProxyAuthentication_F36_08) {
  Flow flow{GetParam(), "sofia/gateway/atlanta/bob"};
  auto first = flow.ss1(), second = flow.ss2();
  first.accounts["alice"] = second.accounts["alice"] = "wonderland";
  sim::Proxy ss1{flow.host("Proxy 1", ss1_ip), first}, ss2{flow.host("Proxy 2", ss2_ip), second};
  flow.alice_calls();
  flow.bob.respond(flow.bob.take(), 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  flow.bob.take();
  flow.bob.request("BYE");
  flow.bob.take();
  flow.alice.respond(flow.alice.take(), 200, "OK");
  flow.expect(R"(
F1  Alice -> Ahoy       INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice       SIP/2.0 100 Trying
F3  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    no Proxy-Authorization
F4  Proxy 1 -> Ahoy     SIP/2.0 407 Proxy Authentication Required
    Proxy-Authenticate: Digest realm="atlanta.example.com",*
F5  Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
F6  Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 2 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    Proxy-Authorization: Digest username="alice", realm="atlanta.example.com",*
F7  Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F8  Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    no Proxy-Authorization
F9  Proxy 2 -> Proxy 1  SIP/2.0 407 Proxy Authentication Required
    Proxy-Authenticate: Digest realm="biloxi.example.com",*
F10 Proxy 1 -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 2 ACK
    Via: {over} ss1.atlanta.example.com:{port};*
F11 Proxy 1 -> Ahoy     SIP/2.0 407 Proxy Authentication Required
    Via: {over} 10.0.0.1:{port};*
    Proxy-Authenticate: Digest realm="biloxi.example.com",*
F12 Ahoy -> Proxy 1     ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 2 ACK
    Route: <sip:ss1.atlanta.example.com{transport};lr>
F13 Ahoy -> Proxy 1     INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 3 INVITE
    Route: <sip:ss1.atlanta.example.com{transport};lr>
    Proxy-Authorization: * realm="atlanta.example.com",*, Digest username="alice", realm="biloxi.example.com",*
    SDP: 10.0.0.1
F14 Proxy 1 -> Ahoy     SIP/2.0 100 Trying
F15 Proxy 1 -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Record-Route: <sip:ss1.atlanta.example.com;lr*>
    Proxy-Authorization: Digest username="alice", realm="biloxi.example.com",*
F16 Proxy 2 -> Proxy 1  SIP/2.0 100 Trying
F17 Proxy 2 -> Bob      INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    no Proxy-Authorization
F18 Bob -> Proxy 2      SIP/2.0 200 OK
    SDP: 192.0.2.201
F19 Proxy 2 -> Proxy 1  SIP/2.0 200 OK
F20 Proxy 1 -> Ahoy     SIP/2.0 200 OK
    Record-Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
    Contact: <sip:bob@192.0.2.201{transport}>
F21 Ahoy -> Proxy 1     ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 3 ACK
    Route: <sip:ss1.atlanta.example.com;lr*>, <sip:ss2.biloxi.example.com;lr*>
    Proxy-Authorization: * realm="atlanta.example.com",*, Digest username="alice", realm="biloxi.example.com",*
F22 Ahoy -> Alice       SIP/2.0 200 OK
    SDP: 10.0.0.1
F23 Alice -> Ahoy       ACK sip:10.0.0.1:{port}* SIP/2.0
F24 Proxy 1 -> Proxy 2  ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Route: <sip:ss2.biloxi.example.com;lr*>
F25 Proxy 2 -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    no Route
F26 Bob -> Proxy 2      BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
    CSeq: 1 BYE
    Route: <sip:ss2.biloxi.example.com;lr*>, <sip:ss1.atlanta.example.com;lr*>
F27 Proxy 2 -> Proxy 1  BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
F28 Proxy 1 -> Ahoy     BYE sip:gw+atlanta@10.0.0.1:{port}{transport};gw=atlanta SIP/2.0
F29 Ahoy -> Proxy 1     SIP/2.0 200 OK
F30 Ahoy -> Alice       BYE sip:alice@192.0.2.101{transport} SIP/2.0
F31 Proxy 1 -> Proxy 2  SIP/2.0 200 OK
F32 Proxy 2 -> Bob      SIP/2.0 200 OK
F33 Alice -> Ahoy       SIP/2.0 200 OK
)");
}

// Ahoy gives the silent proxy up after 16*T1, with five sendings and not the seven of Timer B, and stays with its Call-ID:
// RFC 3263 section 4.3 asks for a new branch only.
TEST_P(Rfc3665, S3_4_ProxyFailure_F36_09) {
  Flow flow{GetParam(), "sofia/gateway/biloxi/bob"};
  auto second = flow.ss2();
  second.accounts["alice"] = "wonderland";
  UserAgent ss1{flow.house.world, "Proxy 1", "ss1@atlanta.example.com", ss1_ip, GetParam()};  // there, and silent
  flow.ladder.name(ss1_ip, "Proxy 1");
  sim::Proxy ss2{flow.host("Proxy 2", ss2_ip), second};
  for (const auto* service : {"_sip._udp.", "_sip._tcp.", "_sips._tcp."}) {
    const auto name = std::string{service} + "biloxi.example.com";
    flow.house.world.names.srv(name, {10, 1, endpoint::usual_port(GetParam()), "ss1.atlanta.example.com"});
    flow.house.world.names.srv(name, {20, 1, endpoint::usual_port(GetParam()), "ss2.biloxi.example.com"});
  }
  flow.call_that_bob_ends(20s);
  flow.expect(R"(
F1  Alice -> Ahoy    INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  Ahoy -> Alice    SIP/2.0 100 Trying
F3 x5 Ahoy -> Proxy 1  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    no Route
    no Proxy-Authorization
F8  Ahoy -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    no Proxy-Authorization
    SDP: 10.0.0.1
F9  Proxy 2 -> Ahoy  SIP/2.0 407 Proxy Authentication Required
    Proxy-Authenticate: Digest realm="biloxi.example.com",*
F10 Ahoy -> Proxy 2  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
F11 Ahoy -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 2 INVITE
    Proxy-Authorization: Digest username="alice", realm="biloxi.example.com",*
F12 Proxy 2 -> Ahoy  SIP/2.0 100 Trying
F13 Proxy 2 -> Bob   INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss2.biloxi.example.com;lr*>
    no Proxy-Authorization
F14 Bob -> Proxy 2   SIP/2.0 180 Ringing
    no SDP
F15 Proxy 2 -> Ahoy  SIP/2.0 180 Ringing
F16 Ahoy -> Alice    SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
F17 Bob -> Proxy 2   SIP/2.0 200 OK
    SDP: 192.0.2.201
F18 Proxy 2 -> Ahoy  SIP/2.0 200 OK
F19 Ahoy -> Proxy 2  ACK sip:bob@192.0.2.201{transport} SIP/2.0
    CSeq: 2 ACK
    Route: <sip:ss2.biloxi.example.com;lr*>
F20 Ahoy -> Alice    SIP/2.0 200 OK
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F21 Proxy 2 -> Bob   ACK sip:bob@192.0.2.201{transport} SIP/2.0
    no Route
F22 Alice -> Ahoy    ACK sip:10.0.0.1:{port}* SIP/2.0
F23 Bob -> Proxy 2   BYE sip:gw+biloxi@10.0.0.1:{port}{transport};gw=biloxi SIP/2.0
    CSeq: 1 BYE
    Route: <sip:ss2.biloxi.example.com;lr*>
F24 Proxy 2 -> Ahoy  BYE sip:gw+biloxi@10.0.0.1:{port}{transport};gw=biloxi SIP/2.0
    no Route
F25 Ahoy -> Proxy 2  SIP/2.0 200 OK
F26 Ahoy -> Alice    BYE sip:alice@192.0.2.101{transport} SIP/2.0
F27 Proxy 2 -> Bob   SIP/2.0 200 OK
F28 Alice -> Ahoy    SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_5_ThroughAnAlg_F36_10) {
  Flow flow{GetParam(), "sofia/internal/bob@biloxi.example.com{transport}"};
  flow.ladder.name(server_ip, "ALG");
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
  flow.alice.request("BYE");
  flow.bob.respond(flow.bob.take(), 200, "OK");
  flow.expect(R"(
F1  Alice -> ALG    INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    SDP: 192.0.2.101
F2  ALG -> Alice    SIP/2.0 100 Trying
F3  ALG -> Proxy 2  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*
    SDP: 10.0.0.1
F4  Proxy 2 -> ALG  SIP/2.0 100 Trying
F5  Proxy 2 -> Bob  INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} ss2.biloxi.example.com:{port};*, {over} 10.0.0.1:{port};*
    Max-Forwards: 69
    no Record-Route
    SDP: 10.0.0.1
F6  Bob -> Proxy 2  SIP/2.0 180 Ringing
    no Record-Route
    Contact: <sip:bob@192.0.2.201{transport}>
F7  Proxy 2 -> ALG  SIP/2.0 180 Ringing
F8  ALG -> Alice    SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
F9  Bob -> Proxy 2  SIP/2.0 200 OK
    SDP: 192.0.2.201
F10 Proxy 2 -> ALG  SIP/2.0 200 OK
    Contact: <sip:bob@192.0.2.201{transport}>
    SDP: 192.0.2.201
F11 ALG -> Bob      ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*
    CSeq: 1 ACK
    no Route
F12 ALG -> Alice    SIP/2.0 200 OK
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F13 Alice -> ALG    ACK sip:10.0.0.1:{port}* SIP/2.0
F14 Alice -> ALG    BYE sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 2 BYE
F15 ALG -> Alice    SIP/2.0 200 OK
F16 ALG -> Bob      BYE sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*
    CSeq: 2 BYE
    no Route
F17 Bob -> ALG      SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_6_RedirectAndProxyWithSdpInAck_F36_11) {
  Flow flow{GetParam(), "sofia/internal/bob@biloxi.example.com{transport}"};
  UserAgent bob{flow.house.world, "Bob in Chicago", "bob@chicago.example.com", bob_at_chicago, GetParam()};
  flow.ladder.name(bob_at_chicago, "Bob");
  auto redirecting = flow.ss2();
  redirecting.moved["sip:bob@biloxi.example.com"] = flow.filled("sip:bob@chicago.example.com{transport}");
  sim::Proxy ss2{flow.host("Redirect", ss2_ip), redirecting}, ss3{flow.host("Proxy 3", ss3_ip), flow.ss3()};
  flow.learn_names();
  flow.alice.invite("sip:bob@biloxi.example.com", flow.ahoy());
  const auto invite = bob.take();
  bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  bob.respond(invite, 200, "OK", bob.sdp());
  flow.alice.ack(flow.alice.take_answer(), flow.alice.sdp());
  bob.take();
  bob.request("BYE");
  bob.take();
  flow.alice.respond(flow.alice.take(), 200, "OK");
  flow.expect(R"(
F1  Alice -> Ahoy     INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    no SDP
F2  Ahoy -> Alice     SIP/2.0 100 Trying
F3  Ahoy -> Redirect  INVITE sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 INVITE
    To: <sip:bob@biloxi.example.com{transport}>
    SDP: 10.0.0.1
F4  Redirect -> Ahoy  SIP/2.0 302 Moved Temporarily
    Contact: <sip:bob@chicago.example.com{transport}>
F5  Ahoy -> Redirect  ACK sip:bob@biloxi.example.com{transport} SIP/2.0
    CSeq: 1 ACK
F6  Ahoy -> Proxy 3   INVITE sip:bob@chicago.example.com{transport} SIP/2.0
    CSeq: 2 INVITE
    To: <sip:bob@biloxi.example.com{transport}>
    no Route
    SDP: 10.0.0.1
F7  Proxy 3 -> Ahoy   SIP/2.0 100 Trying
F8  Proxy 3 -> Bob    INVITE sip:bob@192.0.2.100{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss3.chicago.example.com;lr*>
F9  Bob -> Proxy 3    SIP/2.0 180 Ringing
    Contact: <sip:bob@192.0.2.100{transport}>
F10 Proxy 3 -> Ahoy   SIP/2.0 180 Ringing
F11 Ahoy -> Alice     SIP/2.0 180 Ringing
    Contact: <sip:10.0.0.1:{port}*>
F12 Bob -> Proxy 3    SIP/2.0 200 OK
    SDP: 192.0.2.100
F13 Proxy 3 -> Ahoy   SIP/2.0 200 OK
F14 Ahoy -> Proxy 3   ACK sip:bob@192.0.2.100{transport} SIP/2.0
    CSeq: 2 ACK
    Route: <sip:ss3.chicago.example.com;lr*>
    no SDP
F15 Ahoy -> Alice     SIP/2.0 200 OK
    Contact: <sip:10.0.0.1:{port}*>
    SDP: 10.0.0.1
F16 Proxy 3 -> Bob    ACK sip:bob@192.0.2.100{transport} SIP/2.0
    no Route
F17 Alice -> Ahoy     ACK sip:10.0.0.1:{port}* SIP/2.0
    CSeq: 1 ACK
    SDP: 192.0.2.101
F18 Bob -> Proxy 3    BYE sip:ahoy@10.0.0.1:{port}* SIP/2.0
    CSeq: 1 BYE
    Route: <sip:ss3.chicago.example.com;lr*>
F19 Proxy 3 -> Ahoy   BYE sip:ahoy@10.0.0.1:{port}* SIP/2.0
    no Route
F20 Ahoy -> Proxy 3   SIP/2.0 200 OK
F21 Ahoy -> Alice     BYE sip:alice@192.0.2.101{transport} SIP/2.0
    CSeq: 1 BYE
F22 Proxy 3 -> Bob    SIP/2.0 200 OK
F23 Alice -> Ahoy     SIP/2.0 200 OK
)");
}

TEST_P(Rfc3665, S3_6_RedirectedByUs) {
  Flow flow{GetParam(), R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="redirect" data="sip:bob@chicago.example.com{transport}"/></condition></extension>)"};
  UserAgent bob{flow.house.world, "Bob in Chicago", "bob@chicago.example.com", bob_at_chicago, GetParam()};
  flow.ladder.name(bob_at_chicago, "Bob");
  sim::Proxy ss3{flow.host("Proxy 3", ss3_ip), flow.ss3()};
  flow.alice.invite("sip:bob@biloxi.example.com", flow.ahoy());
  flow.alice.ack(flow.alice.take_answer());
  flow.alice.invite("sip:bob@chicago.example.com", {ss3_ip, endpoint::usual_port(GetParam())});
  const auto invite = bob.take();
  bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  bob.respond(invite, 200, "OK", bob.sdp());
  flow.alice.ack(flow.alice.take_answer(), flow.alice.sdp());
  bob.take();
  bob.request("BYE");
  flow.alice.respond(flow.alice.take(), 200, "OK");
  flow.expect(R"(
F1  Alice -> Ahoy     INVITE sip:bob@biloxi.example.com SIP/2.0
    CSeq: 1 INVITE
    no SDP
F2  Ahoy -> Alice     SIP/2.0 100 Trying
F3  Ahoy -> Alice     SIP/2.0 302 Moved Temporarily
    Contact: *<sip:bob@chicago.example.com{transport}>
F4  Alice -> Ahoy     ACK sip:bob@biloxi.example.com SIP/2.0
F5  Alice -> Proxy 3  INVITE sip:bob@chicago.example.com SIP/2.0
    CSeq: 2 INVITE
    no SDP
F6  Proxy 3 -> Alice  SIP/2.0 100 Trying
F7  Proxy 3 -> Bob    INVITE sip:bob@192.0.2.100{transport} SIP/2.0
    Max-Forwards: 69
    Record-Route: <sip:ss3.chicago.example.com;lr*>
    no SDP
F8  Bob -> Proxy 3    SIP/2.0 180 Ringing
F9  Proxy 3 -> Alice  SIP/2.0 180 Ringing
    Record-Route: <sip:ss3.chicago.example.com;lr*>
    Contact: <sip:bob@192.0.2.100{transport}>
F10 Bob -> Proxy 3    SIP/2.0 200 OK
F11 Proxy 3 -> Alice  SIP/2.0 200 OK
    SDP: 192.0.2.100
F12 Alice -> Proxy 3  ACK sip:bob@192.0.2.100{transport} SIP/2.0
    CSeq: 2 ACK
    Route: <sip:ss3.chicago.example.com;lr*>
    SDP: 192.0.2.101
F13 Proxy 3 -> Bob    ACK sip:bob@192.0.2.100{transport} SIP/2.0
    no Route
    SDP: 192.0.2.101
F14 Bob -> Proxy 3    BYE sip:alice@192.0.2.101{transport} SIP/2.0
    CSeq: 1 BYE
    Route: <sip:ss3.chicago.example.com;lr*>
F15 Proxy 3 -> Alice  BYE sip:alice@192.0.2.101{transport} SIP/2.0
    no Route
F16 Alice -> Proxy 3  SIP/2.0 200 OK
F17 Proxy 3 -> Bob    SIP/2.0 200 OK
)");
}

}  // namespace scenario
