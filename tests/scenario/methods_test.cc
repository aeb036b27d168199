// tests/scenario/methods_test.cc - MESSAGE, OPTIONS, INFO, multipart and methods nobody knows, against a whole server.
#include <gtest/gtest.h>

#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view plan = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>
<extension name="echo"><condition field="destination_number" expression="^echo$">
<action application="answer"/><action application="echo"/></condition></extension>)";

struct Peers {
  scenario::House house{plan, 1, 2, R"(<param name="accept-blind-reg" value="true"/><param name="multiple-registrations" value="true"/>)"};
  sim::RawAgent alice{house.world, house.world.add_host("alice", {scenario::alice_ip})};
  sim::RawAgent bob{house.world, house.world.add_host("bob", {scenario::bob_ip})};
  int sent = 0;

  std::string request(std::string_view method, std::string_view uri, std::vector<std::string> more = {}, std::string_view body = {}) {
    ++sent;
    const auto number = std::to_string(sent);
    std::string text = std::string{method} + " " + std::string{uri} + " SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKm" + number +
                       "\r\nMax-Forwards: 70\r\nFrom: Alice <sip:alice@10.0.0.1>;tag=a" + number + "\r\nTo: <" + std::string{uri} +
                       ">\r\nCall-ID: call" + number + "@alice\r\nCSeq: 1 " + std::string{method} + "\r\n";
    for (const auto& line : more) text += line + "\r\n";
    return text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
  }
  std::string ask(std::string_view method, std::string_view uri, std::vector<std::string> more = {}, std::string_view body = {}) {
    alice.send(house.address(), request(method, uri, std::move(more), body));
    return alice.take_from(200);
  }
  void register_bob(sim::RawAgent& from, const std::string& ip) {
    static int number = 0;
    ++number;
    from.send(house.address(), sim::message({"REGISTER sip:10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP " + ip + ":5060;branch=z9hG4bKr" + std::to_string(number),
                                             "Max-Forwards: 70", "From: <sip:bob@10.0.0.1>;tag=r", "To: <sip:bob@10.0.0.1>",
                                             "Call-ID: r" + std::to_string(number), "CSeq: 1 REGISTER", "Contact: <sip:bob@" + ip + ":5060>", "Expires: 3600"}));
    EXPECT_EQ(sim::status_of(from.take()), 200);
  }
};

}  // namespace

TEST(Methods, MTH_15_AMessageReachesARegisteredUserByteByByte) {
  Peers peers;
  peers.register_bob(peers.bob, "10.0.0.3");
  const std::pair<std::string, std::string> bodies[]{{"text/plain", "Watson, come here.\r\n\r\n.\n"},
                                                     {"application/cpl+xml", std::string{"<cpl>\0\xff</cpl>", 13}},
                                                     {"multipart/mixed;boundary=x", "--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--\r\n"}};
  for (const auto& [type, body] : bodies) {
    peers.alice.send(peers.house.address(), peers.request("MESSAGE", "sip:bob@10.0.0.1", {"Content-Type: " + type, "Subject: urgent"}, body));
    const auto message = peers.bob.take();
    EXPECT_EQ(first_line(message), "MESSAGE sip:bob@10.0.0.3:5060 SIP/2.0");
    EXPECT_EQ(header(message, "Content-Type"), type);
    EXPECT_EQ(header(message, "Subject"), "urgent");
    EXPECT_EQ(sim::body_of(message), body);
    EXPECT_EQ(header(message, "Contact"), "") << "RFC 3428 section 8: it makes no dialog";
    EXPECT_NE(header(message, "From").find("sip:alice@10.0.0.1"), std::string::npos);
    peers.bob.send(peers.house.address(), sim::answer_to(message, 202, "Accepted", "b"));
    EXPECT_EQ(first_line(peers.alice.take()), "SIP/2.0 202 Accepted");
  }
  peers.house.expect_nothing_left();
}

TEST(Methods, MTH_15_UnknownUsersAre404AndForThoseWhoAreAwayItIsKept) {
  Peers peers;
  EXPECT_EQ(sim::status_of(peers.ask("MESSAGE", "sip:nobody@10.0.0.1", {"Content-Type: text/plain"}, "hi")), 404);
  EXPECT_EQ(sim::status_of(peers.ask("MESSAGE", "sip:bob@10.0.0.1", {"Content-Type: text/plain"}, "hi")), 202);
}

TEST(Methods, MTH_15_WithSeveralContactsOneThatTakesItIsEnough) {
  Peers peers;
  const auto carol_ip = base::Ip::v4(10, 0, 0, 4);
  sim::RawAgent carol{peers.house.world, peers.house.world.add_host("carol", {carol_ip})};
  peers.register_bob(peers.bob, "10.0.0.3");
  peers.register_bob(carol, "10.0.0.4");
  peers.alice.send(peers.house.address(), peers.request("MESSAGE", "sip:bob@10.0.0.1", {"Content-Type: text/plain"}, "hi"));
  const auto first = peers.bob.take(), second = carol.take();
  peers.bob.send(peers.house.address(), sim::answer_to(first, 486, "Busy Here", "b"));
  EXPECT_TRUE(peers.alice.quiet(100ms));
  carol.send(peers.house.address(), sim::answer_to(second, 200, "OK", "c"));
  EXPECT_EQ(sim::status_of(peers.alice.take()), 200);
  peers.house.expect_nothing_left();
}

TEST(Methods, MTH_15_NobodyAnsweringIs408) {
  Peers peers;
  peers.register_bob(peers.bob, "10.0.0.3");
  peers.alice.send(peers.house.address(), peers.request("MESSAGE", "sip:bob@10.0.0.1", {"Content-Type: text/plain"}, "hi"));
  EXPECT_EQ(sim::status_of(peers.alice.take_from(200, 40s)), 408);
  peers.house.expect_nothing_left();
}

TEST(Methods, MTH_08_OptionsSaysWhatWeCanDo) {
  Peers peers;
  const auto ok = peers.ask("OPTIONS", "sip:10.0.0.1");
  EXPECT_EQ(first_line(ok), "SIP/2.0 200 OK");
  for (const auto* method : {"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE", "INFO", "SUBSCRIBE", "NOTIFY",
                             "PUBLISH", "MESSAGE", "REFER"})
    EXPECT_NE(header(ok, "Allow").find(method), std::string::npos) << method;
  for (const auto* tag : {"100rel", "timer", "replaces", "norefersub", "path"})
    EXPECT_NE(header(ok, "Supported").find(tag), std::string::npos) << tag;
  EXPECT_EQ(header(ok, "Accept"), "application/sdp");
}

TEST(Methods, MTH_17_UnknownOnesAre501AndThoseOutOfPlaceGetTheirStatus) {
  Peers peers;
  const auto foo = peers.ask("FOO", "sip:10.0.0.1");
  EXPECT_EQ(sim::status_of(foo), 501);
  EXPECT_NE(header(foo, "Allow"), "");
  const auto subscribe = peers.ask("SUBSCRIBE", "sip:bob@10.0.0.1", {"Event: nonsense", "Contact: <sip:alice@10.0.0.2>"});
  EXPECT_EQ(sim::status_of(subscribe), 489);
  EXPECT_EQ(header(subscribe, "Allow-Events"), "refer, dialog, message-summary, presence, presence.winfo, reg");
  EXPECT_EQ(sim::status_of(peers.ask("PUBLISH", "sip:bob@10.0.0.1", {"Event: nonsense"})), 489);
  EXPECT_EQ(sim::status_of(peers.ask("NOTIFY", "sip:bob@10.0.0.1", {"Event: refer", "Subscription-State: active"})), 481);
  EXPECT_EQ(sim::status_of(peers.ask("REFER", "sip:bob@10.0.0.1", {"Refer-To: <sip:carol@10.0.0.1>"})), 403);
  for (const auto* method : {"BYE", "UPDATE", "INFO", "PRACK"}) EXPECT_EQ(sim::status_of(peers.ask(method, "sip:bob@10.0.0.1")), 481) << method;
}

TEST(Methods, SDP_09_ADescriptionInsideMultipartIsFound) {
  Peers peers;
  const std::string inside = "--x\r\nContent-Type: application/sdp\r\n\r\n" + scenario::sdp(scenario::alice_ip) +
                             "\r\n--x\r\nContent-Type: application/pidf+xml\r\nContent-ID: <a@b>\r\n\r\n<presence/>\r\n--x--\r\n";
  const auto ok = peers.ask("INVITE", "sip:echo@10.0.0.1", {"Contact: <sip:alice@10.0.0.2>", "Content-Type: multipart/mixed;boundary=x"}, inside);
  EXPECT_EQ(sim::status_of(ok), 200);
  EXPECT_NE(sim::body_of(ok).find("m=audio"), std::string::npos);
}

TEST(Methods, RSP_16_ABodyNobodyUnderstandsIs415UnlessItMayBeIgnored) {
  Peers peers;
  const std::vector<std::string> contact{"Contact: <sip:alice@10.0.0.2>"};
  auto lines = contact;
  lines.emplace_back("Content-Type: application/isup");
  const auto refused = peers.ask("INVITE", "sip:echo@10.0.0.1", lines, "\x01");
  EXPECT_EQ(sim::status_of(refused), 415);
  EXPECT_NE(header(refused, "Accept").find("application/sdp"), std::string::npos);
  lines.emplace_back("Content-Disposition: signal;handling=optional");
  const auto taken = peers.ask("INVITE", "sip:echo@10.0.0.1", lines, "\x01");
  EXPECT_EQ(sim::status_of(taken), 200) << "an INVITE without offer";
  EXPECT_NE(sim::body_of(taken).find("m=audio"), std::string::npos);
  auto several = contact;
  several.emplace_back("Content-Type: multipart/mixed;boundary=x");
  const std::string inside = "--x\r\nContent-Type: application/sdp\r\n\r\n" + scenario::sdp(scenario::alice_ip) +
                             "\r\n--x\r\nContent-Type: application/isup\r\nContent-Disposition: signal;handling=required\r\n\r\nx\r\n--x--\r\n";
  EXPECT_EQ(sim::status_of(peers.ask("INVITE", "sip:echo@10.0.0.1", several, inside)), 415);
}

namespace {

/// A call from alice to bob, both raw, up.
struct Call {
  Peers peers;
  std::string to, bob_invite;

  Call() {
    peers.alice.send(peers.house.address(), peers.request("INVITE", "sip:bob@10.0.0.1", {"Contact: <sip:alice@10.0.0.2>", "Content-Type: application/sdp"},
                                                          scenario::sdp(scenario::alice_ip)));
    bob_invite = peers.bob.take();
    peers.bob.send(peers.house.address(), sim::answer_to(bob_invite, 200, "OK", "b", "Contact: <sip:bob@10.0.0.3>\r\nContent-Type: application/sdp\r\n",
                                                         scenario::sdp(scenario::bob_ip)));
    peers.bob.take();
    const auto ok = peers.alice.take_from(200);
    to = header(ok, "To");
    send("ACK", 1);
  }
  void send(std::string_view method, int cseq, std::vector<std::string> more = {}, std::string_view body = {}) {
    std::string text = std::string{method} + " sip:10.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKd" + std::to_string(cseq) +
                       std::string{method} + "\r\nMax-Forwards: 70\r\nFrom: Alice <sip:alice@10.0.0.1>;tag=a1\r\nTo: " + to +
                       "\r\nCall-ID: call1@alice\r\nCSeq: " + std::to_string(cseq) + " " + std::string{method} + "\r\n";
    for (const auto& line : more) text += line + "\r\n";
    peers.alice.send(peers.house.address(), text + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
  }
  std::string ask(std::string_view method, int cseq, std::vector<std::string> more = {}, std::string_view body = {}) {
    send(method, cseq, std::move(more), body);
    return peers.alice.take();
  }
};

}  // namespace

TEST(Methods, MTH_13_InfoCarriesPictureRequestsAndRefusesPackages) {
  Call call;
  const std::string fast_update = "<?xml version=\"1.0\"?><media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>";
  EXPECT_EQ(sim::status_of(call.ask("INFO", 2, {"Content-Type: application/media_control+xml"}, fast_update)), 200);
  const auto passed = call.peers.bob.take();
  EXPECT_EQ(first_line(passed), "INFO sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(sim::body_of(passed), fast_update);
  call.peers.bob.send(call.peers.house.address(), sim::answer_to(passed, 200, "OK", {}));
  const auto refused = call.ask("INFO", 3, {"Info-Package: foo"});
  EXPECT_EQ(sim::status_of(refused), 469);
  EXPECT_NE(refused.find("Recv-Info:"), std::string::npos);
  EXPECT_EQ(sim::status_of(call.ask("INFO", 4, {"Content-Type: application/dtmf-relay"}, "Signal=5\r\nDuration=160\r\n")), 200);
  EXPECT_EQ(sim::status_of(call.ask("INFO", 5, {"Content-Type: application/x-unknown"}, "x")), 415);
}

TEST(Methods, MTH_15_AMessageInADialogGoesToTheOtherParty) {
  Call call;
  EXPECT_EQ(sim::status_of(call.ask("MESSAGE", 2, {"Content-Type: text/html"}, "<b>hi</b>")), 200);
  const auto passed = call.peers.bob.take();
  EXPECT_EQ(first_line(passed), "MESSAGE sip:bob@10.0.0.3 SIP/2.0");
  EXPECT_EQ(header(passed, "Content-Type"), "text/html");
  EXPECT_EQ(sim::body_of(passed), "<b>hi</b>");
}

TEST(Methods, RSP_28_InTheDialogOrderCountsAndStrangersAreRefused) {
  Call call;
  EXPECT_EQ(sim::status_of(call.ask("OPTIONS", 5)), 200);
  EXPECT_EQ(sim::status_of(call.ask("OPTIONS", 4)), 500);
  const auto event = call.ask("NOTIFY", 6, {"Event: unknown", "Subscription-State: active"});
  EXPECT_EQ(sim::status_of(event), 489);
  EXPECT_EQ(header(event, "Allow-Events"), "refer");
  call.to = "<sip:bob@10.0.0.1>;tag=nobody";
  EXPECT_EQ(sim::status_of(call.ask("BYE", 7)), 481);
}
