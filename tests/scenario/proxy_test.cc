// tests/scenario/proxy_test.cc - Ahoy as a proxy: what a context of requests does, on the wire.
#include "tests/scenario/flow.h"

using namespace std::chrono_literals;
using endpoint::Transport;
using sim::header;
using sim::status_of;

namespace scenario {
namespace {

constexpr auto blind = R"(<param name="accept-blind-reg" value="true"/>)";

/// Everything for a user goes to where he is registered.
const std::string to_location = R"(<extension name="users"><condition field="destination_number" expression="^(bob|carol)$">
<action application="record_route"/><action application="proxy" data="location"/></condition></extension>)";

std::string extension(std::string_view actions, std::string_view condition = R"(field="destination_number" expression="^bob$")") {
  return "<extension name=\"it\"><condition " + std::string{condition} + ">" + std::string{actions} + "</condition></extension>";
}

/// Alice and Bob with Ahoy between them; Bob is registered there.
struct Proxied : Flow {
  explicit Proxied(const std::string& context, Transport transport = Transport::udp, std::string_view params = blind)
      : Flow{transport, context, params} {}

  void register_bob(const std::string& more = {}) {
    bob.send_register("sip:10.0.0.1", ahoy(), {"Contact: " + bob.contact() + more});
    EXPECT_EQ(status_of(bob.take()), 200);
    bob.dialog.remote.clear();
    house.world.run_for(100ms);
    ladder.clear();
  }
  void call(const UserAgent::Lines& more = {}) { alice.invite("sip:bob@10.0.0.1", ahoy(), more, alice.sdp()); }
};

/// Another telephone of Bob's, which registers what it says.
struct Desk : sim::RawAgent {
  explicit Desk(Proxied& flow, const std::string& contact = "<sip:bob@192.0.2.202>", Transport over = Transport::udp)
      : RawAgent{flow.house.world, flow.host("Desk", base::Ip::v4(192, 0, 2, 202)), 5060, over} {
    send(flow.ahoy(), "REGISTER sip:10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/" + std::string{endpoint::name(over)} +
                          " 192.0.2.202;branch=z9hG4bKr\r\nMax-Forwards: 70\r\nFrom: <sip:bob@10.0.0.1>;tag=1\r\n"
                          "To: <sip:bob@10.0.0.1>\r\nCall-ID: r\r\nCSeq: 1 REGISTER\r\nContact: " +
                          contact + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(status_of(take()), 200);
  }
};

class ProxyOver : public testing::TestWithParam<Transport> {};
INSTANTIATE_TEST_SUITE_P(Over, ProxyOver, testing::Values(Transport::udp, Transport::tcp, Transport::tls),
                         [](const auto& each) { return std::string{endpoint::name(each.param)}; });

TEST_P(ProxyOver, ToWhereTheUserIsRegistered_NET_01_TRX_07_TRX_10) {
  Proxied flow{to_location, GetParam()};
  flow.register_bob();
  flow.call();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  flow.bob.respond(invite, 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  flow.bob.take();
  flow.bob.request("BYE");
  flow.alice.respond(flow.alice.take(), 200, "OK");
  flow.bob.take();
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@10.0.0.1 SIP/2.0
F2  Ahoy -> Bob    INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    Via: {over} 10.0.0.1:{port};*, {over} 192.0.2.101*
    Max-Forwards: 69
    Record-Route: <sip:r*@10.0.0.1:{port};*lr>
    Contact: <sip:alice@192.0.2.101{transport}>
    SDP: 192.0.2.101
F3  Bob -> Ahoy    SIP/2.0 180 Ringing
F4  Ahoy -> Alice  SIP/2.0 180 Ringing
    Record-Route: <sip:r*@10.0.0.1:{port};*lr>
    Contact: <sip:bob@192.0.2.201{transport}>
F5  Bob -> Ahoy    SIP/2.0 200 OK
F6  Ahoy -> Alice  SIP/2.0 200 OK
    SDP: 192.0.2.201
F7  Alice -> Ahoy  ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Route: <sip:r*@10.0.0.1:{port};*lr>
F8  Ahoy -> Bob    ACK sip:bob@192.0.2.201{transport} SIP/2.0
    Max-Forwards: 69
    no Route
F9  Bob -> Ahoy    BYE sip:alice@192.0.2.101{transport} SIP/2.0
F10 Ahoy -> Alice  BYE sip:alice@192.0.2.101{transport} SIP/2.0
    no Route
F11 Alice -> Ahoy  SIP/2.0 200 OK
F12 Ahoy -> Bob    SIP/2.0 200 OK
)");
}

TEST(ProxyFlow, WithoutRecordRouteTheDialogGoesPastUs_TRX_08) {
  Proxied flow{extension(R"(<action application="proxy" data="location"/>)")};
  flow.register_bob();
  flow.call();
  flow.bob.respond(flow.bob.take(), 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  flow.bob.take();
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@10.0.0.1 SIP/2.0
F2  Ahoy -> Bob    INVITE sip:bob@192.0.2.201{transport} SIP/2.0
    no Record-Route
F3  Bob -> Ahoy    SIP/2.0 200 OK
F4  Ahoy -> Alice  SIP/2.0 200 OK
F5  Alice -> Bob   ACK sip:bob@192.0.2.201{transport} SIP/2.0
)");
}

TEST(ProxyFlow, CancelledByTheCaller) {
  Proxied flow{to_location};
  flow.register_bob();
  flow.call();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  flow.alice.take_answer();
  flow.alice.cancel();
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
  flow.bob.respond(flow.bob.take(), 200, "OK");
  flow.bob.respond(invite, 487, "Request Terminated");
  flow.alice.ack(flow.alice.take_answer());
  flow.bob.take();
  flow.expect(R"(
F1  Alice -> Ahoy  INVITE sip:bob@10.0.0.1 SIP/2.0
F2  Ahoy -> Bob    INVITE sip:bob@192.0.2.201{transport} SIP/2.0
F3  Bob -> Ahoy    SIP/2.0 180 Ringing
F4  Ahoy -> Alice  SIP/2.0 180 Ringing
F5  Alice -> Ahoy  CANCEL sip:bob@10.0.0.1 SIP/2.0
F6  Ahoy -> Alice  SIP/2.0 200 OK
F7  Ahoy -> Bob    CANCEL sip:bob@192.0.2.201{transport} SIP/2.0
F8  Bob -> Ahoy    SIP/2.0 200 OK
F9  Bob -> Ahoy    SIP/2.0 487 Request Terminated
F10 Ahoy -> Bob    ACK sip:bob@192.0.2.201{transport} SIP/2.0
F11 Ahoy -> Alice  SIP/2.0 487 Request Terminated
F12 Alice -> Ahoy  ACK sip:bob@10.0.0.1 SIP/2.0
)");
}

TEST(ProxyFlow, BusyAndNobodyThere) {
  Proxied flow{to_location};
  flow.register_bob();
  flow.call();
  flow.bob.respond(flow.bob.take(), 486, "Busy Here");
  auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 486);
  flow.alice.ack(answer);
  flow.bob.take();
  // Carol has no telephone here.
  flow.alice.dialog.remote.clear();
  flow.alice.invite("sip:carol@10.0.0.1", flow.ahoy(), {}, flow.alice.sdp());
  answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 404);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, SilenceIs408ForInviteAndNothingForOthers) {
  Proxied flow{to_location};
  flow.register_bob();
  flow.call();
  EXPECT_EQ(status_of(flow.alice.take_answer(1s)), 0);
  const auto trying = flow.alice.take(1ms);
  auto answer = flow.alice.take_answer(40s);
  EXPECT_EQ(status_of(answer), 408);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, ForksAndCancelsTheLosers_TRX_12_REG_02) {
  Proxied flow{to_location, Transport::udp,
               R"(<param name="accept-blind-reg" value="true"/><param name="multiple-registrations" value="true"/>)"};
  flow.register_bob();
  Desk desk{flow};
  flow.call();
  const auto invite = flow.bob.take(), other = desk.take();
  flow.bob.respond(invite, 180, "Ringing");
  desk.send(flow.ahoy(), sim::answer_to(other, 180, "Ringing", "desk"));
  flow.alice.take_answer();
  flow.alice.take_answer();
  flow.bob.respond(invite, 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  const auto cancel = desk.take();
  EXPECT_EQ(header(cancel, "Reason"), "SIP;cause=200;text=\"Call completed elsewhere\"");
  desk.send(flow.ahoy(), sim::answer_to(cancel, 200, "OK", "desk"));
  desk.send(flow.ahoy(), sim::answer_to(other, 487, "Request Terminated", "desk"));
  EXPECT_TRUE(desk.take().starts_with("ACK "));
  EXPECT_EQ(status_of(flow.alice.take(1s)), 0) << "the caller hears nothing of it";
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, FindMe_F53_12_OneAfterAnotherByQ) {
  Proxied flow{extension(R"(<action application="set" data="call_timeout=5"/><action application="proxy" data="location"/>)"),
               Transport::udp,
               R"(<param name="accept-blind-reg" value="true"/><param name="multiple-registrations" value="true"/>)"};
  flow.register_bob(";q=0.2");
  Desk desk{flow, "<sip:bob@192.0.2.202>;q=0.9"};
  flow.call();
  const auto first = desk.take();
  EXPECT_TRUE(first.starts_with("INVITE sip:bob@192.0.2.202"));
  desk.send(flow.ahoy(), sim::answer_to(first, 180, "Ringing", "desk"));
  EXPECT_EQ(flow.bob.take(1s), "");
  const auto cancel = desk.take(6s);
  EXPECT_TRUE(cancel.starts_with("CANCEL "));
  desk.send(flow.ahoy(), sim::answer_to(cancel, 200, "OK", "desk"));
  desk.send(flow.ahoy(), sim::answer_to(first, 487, "Request Terminated", "desk"));
  flow.bob.respond(flow.bob.take(), 200, "OK", flow.bob.sdp());
  EXPECT_EQ(status_of(flow.alice.take_answer()), 180);
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 200);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, ForwardedWhenBusy_F53_08) {
  Proxied flow{extension(R"(<action application="set" data="continue_on_fail=USER_BUSY"/>
<action application="proxy" data="location"/>
<action application="respond" data="181 Call Is Being Forwarded"/>
<action application="proxy" data="sip:carol@192.0.2.203"/>)")};
  sim::RawAgent carol{flow.house.world, flow.host("Carol", base::Ip::v4(192, 0, 2, 203)), 5060};
  flow.register_bob();
  flow.call();
  flow.bob.respond(flow.bob.take(), 486, "Busy Here");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 181);
  const auto invite = carol.take();
  EXPECT_TRUE(invite.starts_with("INVITE sip:carol@192.0.2.203 "));
  carol.send(flow.ahoy(), sim::answer_to(invite, 603, "Decline", "carol"));
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 603);
  flow.alice.ack(answer);
  flow.bob.take();
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, ForwardedWhenNobodyAnswers_F53_09) {
  Proxied flow{extension(R"(<action application="set" data="continue_on_fail=true"/><action application="set" data="call_timeout=10"/>
<action application="proxy" data="location"/><action application="respond" data="181 Call Is Being Forwarded"/>
<action application="proxy" data="sip:carol@192.0.2.203"/>)")};
  sim::RawAgent carol{flow.house.world, flow.host("Carol", base::Ip::v4(192, 0, 2, 203)), 5060};
  flow.register_bob();
  flow.call();
  const auto invite = flow.bob.take();
  flow.bob.respond(invite, 180, "Ringing");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 180);
  const auto cancel = flow.bob.take(11s);
  flow.bob.respond(cancel, 200, "OK");
  flow.bob.respond(invite, 487, "Request Terminated");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 181);
  const auto second = carol.take();
  carol.send(flow.ahoy(), sim::answer_to(second, 200, "OK", "carol", "Contact: <sip:carol@192.0.2.203>\r\n"));
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
}

TEST(ProxyFlow, RecursesOnRedirections) {
  Proxied flow{extension(R"(<action application="set" data="proxy_recurse=true"/><action application="proxy" data="location"/>)")};
  sim::RawAgent carol{flow.house.world, flow.host("Carol", base::Ip::v4(192, 0, 2, 203)), 5060};
  flow.register_bob();
  flow.call();
  flow.bob.respond(flow.bob.take(), 302, "Moved Temporarily", {}, {"Contact: <sip:carol@192.0.2.203>"});
  const auto invite = carol.take();
  EXPECT_TRUE(invite.starts_with("INVITE sip:carol@192.0.2.203 "));
  carol.send(flow.ahoy(), sim::answer_to(invite, 200, "OK", "carol", "Contact: <sip:carol@192.0.2.203>\r\n"));
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
}

TEST(ProxyFlow, ScreenedByTheDialplan_F53_13) {
  Proxied flow{extension(R"(<action application="respond" data="403 Screened"/>)",
                         R"(field="${sip_from_user}" expression="^alice$")") +
               to_location};
  flow.register_bob();
  flow.call();
  const auto answer = flow.alice.take_answer();
  EXPECT_TRUE(answer.starts_with("SIP/2.0 403 Screened\r\n"));
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, RedirectsByQ_NET_03_NET_04) {
  Proxied flow{to_location + extension(R"(<action application="redirect" data="location/bob"/>)",
                                       R"(field="destination_number" expression="^moved$")"),
               Transport::udp,
               R"(<param name="accept-blind-reg" value="true"/><param name="multiple-registrations" value="true"/>)"};
  flow.bob.send_register("sip:10.0.0.1", flow.ahoy(),
                         {"Contact: <sip:bob@192.0.2.202>;q=0.3", "Contact: <sip:bob@192.0.2.204>;q=0.8"});
  flow.bob.take();
  flow.alice.invite("sip:moved@10.0.0.1", flow.ahoy(), {}, flow.alice.sdp());
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 302);
  EXPECT_EQ(values(answer, "Contact"), (std::vector<std::string>{"<sip:bob@192.0.2.204>;q=0.800", "<sip:bob@192.0.2.202>;q=0.300"}));
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, ForwardsWithoutState_TRX_04) {
  Proxied flow{extension(R"(<action application="forward" data="sip:bob@192.0.2.201"/>)")};
  flow.call();
  const auto invite = flow.bob.take();
  EXPECT_TRUE(invite.starts_with("INVITE sip:bob@192.0.2.201 "));
  EXPECT_EQ(flow.house.server->at(0).endpoint.server_transactions() + flow.house.server->at(1).endpoint.server_transactions(), 0U);
  flow.bob.respond(invite, 180, "Ringing");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 180);
  flow.alice.cancel();
  const auto cancel = flow.bob.take();
  EXPECT_TRUE(cancel.starts_with("CANCEL sip:bob@192.0.2.201 "));
  EXPECT_EQ(values(cancel, "Via")[0], values(invite, "Via")[0]) << "the branch of the INVITE";
  flow.bob.respond(cancel, 200, "OK");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
  flow.bob.respond(invite, 487, "Request Terminated");
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 487);
  flow.alice.ack(answer);
  EXPECT_TRUE(flow.bob.take().starts_with("ACK sip:bob@192.0.2.201 "));
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, TheSameContextTakesCallsToo) {
  Proxied flow{to_location + extension(R"(<action application="answer"/><action application="sleep" data="200"/>)",
                                       R"(field="destination_number" expression="^voice$")")};
  flow.alice.invite("sip:voice@10.0.0.1", flow.ahoy(), {}, flow.alice.sdp());
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(header(answer, "Record-Route"), "");
  flow.alice.ack(answer);
  flow.alice.respond(flow.alice.take(2s), 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, ChallengesAndKeepsTheCredentials) {
  Flow flow{Transport::udp, to_location + extension(R"(<action application="answer"/>)", R"(field="destination_number" expression="^voice$")"),
            R"(<param name="auth-calls" value="true"/><param name="accept-blind-reg" value="true"/>)"};
  flow.bob.send_register("sip:10.0.0.1", flow.ahoy(), {"Contact: " + flow.bob.contact()});
  flow.bob.take();
  flow.alice.invite("sip:bob@10.0.0.1", flow.ahoy());
  auto challenge = flow.alice.take_answer();
  EXPECT_EQ(status_of(challenge), 407);
  flow.alice.ack(challenge);
  EXPECT_EQ(flow.bob.take(), "");
  flow.alice.invite("sip:bob@10.0.0.1", flow.ahoy(), {credentials(challenge, "alice", "wonderland", "INVITE", "sip:bob@10.0.0.1")});
  const auto invite = flow.bob.take();
  EXPECT_EQ(header(invite, "Proxy-Authorization"), "");
  flow.bob.respond(invite, 486, "Busy Here");
  flow.alice.ack(flow.alice.take_answer());
  // What becomes a call is not asked a second time.
  flow.alice.dialog.remote.clear();
  flow.alice.invite("sip:voice@10.0.0.1", flow.ahoy(),
                    {credentials(challenge, "alice", "wonderland", "INVITE", "sip:voice@10.0.0.1", 2)}, flow.alice.sdp());
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
}

TEST(ProxyFlow, LoopsEnd_TRX_11) {
  // To itself, for ever.
  Proxied flow{extension(R"(<action application="proxy" data="sip:bob@10.0.0.1"/>)")};
  flow.call();
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 482);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, HopsEnd) {
  Proxied flow{to_location};
  flow.register_bob();
  sim::RawAgent mallory{flow.house.world, flow.host("Mallory", base::Ip::v4(192, 0, 2, 66)), 5060};
  mallory.send(flow.ahoy(), "INVITE sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKa\r\nMax-Forwards: 0\r\n"
                            "From: <sip:m@192.0.2.66>;tag=1\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: m\r\nCSeq: 1 INVITE\r\n"
                            "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(status_of(mallory.take()), 483);
  // Proxy-Require: what we do not know we cannot do.
  mallory.send(flow.ahoy(), "OPTIONS sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKb\r\nMax-Forwards: 9\r\n"
                            "From: <sip:m@192.0.2.66>;tag=1\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: m\r\nCSeq: 2 OPTIONS\r\n"
                            "Proxy-Require: nothing-that-is\r\nContent-Length: 0\r\n\r\n");
  const auto refusal = mallory.take();
  EXPECT_EQ(status_of(refusal), 420);
  EXPECT_EQ(header(refusal, "Unsupported"), "nothing-that-is");
}

TEST(ProxyFlow, NobodyIsServedByAMadeUpRoute) {
  Proxied flow{to_location};
  sim::RawAgent mallory{flow.house.world, flow.host("Mallory", base::Ip::v4(192, 0, 2, 66)), 5060};
  mallory.send(flow.ahoy(), "BYE sip:bob@192.0.2.201 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKa\r\nMax-Forwards: 70\r\n"
                            "Route: <sip:r0123456789abcdef@10.0.0.1;lr>\r\n"
                            "From: <sip:m@192.0.2.66>;tag=1\r\nTo: <sip:bob@10.0.0.1>;tag=2\r\nCall-ID: m\r\nCSeq: 1 BYE\r\n"
                            "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(status_of(mallory.take()), 481);
  EXPECT_EQ(flow.bob.take(), "");
}

TEST(ProxyFlow, OtherMethodsGoTheSameWay) {
  Proxied flow{to_location};
  flow.register_bob();
  sim::RawAgent carol{flow.house.world, flow.host("Carol", base::Ip::v4(192, 0, 2, 203)), 5060};
  for (const std::string method : {"MESSAGE", "SUBSCRIBE", "OPTIONS", "FOO"}) {
    carol.send(flow.ahoy(), method + " sip:bob@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.203;branch=z9hG4bK" + method +
                                "\r\nMax-Forwards: 70\r\nFrom: <sip:carol@10.0.0.1>;tag=1\r\nTo: <sip:bob@10.0.0.1>\r\nCall-ID: " +
                                method + "\r\nCSeq: 1 " + method + "\r\nEvent: presence\r\nContent-Length: 0\r\n\r\n");
    const auto request = flow.bob.take();
    EXPECT_TRUE(request.starts_with(method + " sip:bob@192.0.2.201;transport=udp "));
    flow.bob.respond(request, 202, "Accepted");
    EXPECT_EQ(status_of(carol.take()), 202) << method;
  }
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, BodiesGoOnAsTheyAre) {
  Proxied flow{to_location};
  Desk desk{flow};
  const std::string body = "--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\nContent-Type: application/sdp\r\n\r\n" +
                           sdp(base::Ip::v4(192, 0, 2, 202)) + "\r\n--x--\r\n";
  flow.call();
  desk.send(flow.ahoy(), sim::answer_to(desk.take(), 200, "OK", "desk", "Contact: <sip:bob@192.0.2.202>\r\nContent-Type: multipart/mixed;boundary=x\r\n", body));
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(header(answer, "Content-Type"), "multipart/mixed;boundary=x");
  EXPECT_TRUE(answer.ends_with(body)) << answer;
}

TEST(ProxyFlow, AnAckToNothingGoesNowhere) {
  Proxied flow{extension(R"(<action application="proxy" data="sip:bob@192.0.2.201"/>)")};
  sim::RawAgent mallory{flow.house.world, flow.host("Mallory", base::Ip::v4(192, 0, 2, 66)), 5060};
  mallory.send(flow.ahoy(), sim::message({"ACK sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.66;branch=z9hG4bKa",
                                          "Max-Forwards: 70", "From: <sip:m@192.0.2.66>;tag=1", "To: <sip:bob@10.0.0.1>;tag=2",
                                          "Call-ID: m", "CSeq: 1 ACK"}));
  EXPECT_EQ(flow.bob.take(2s), "");
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, NothingStaysOfAMessageForNobody) {
  Proxied flow{to_location};
  sim::RawAgent carol{flow.house.world, flow.host("Carol", base::Ip::v4(192, 0, 2, 203)), 5060};
  carol.send(flow.ahoy(), sim::message({"MESSAGE sip:carol@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.203;branch=z9hG4bKm",
                                        "Max-Forwards: 70", "From: <sip:carol@10.0.0.1>;tag=1", "To: <sip:carol@10.0.0.1>",
                                        "Call-ID: m", "CSeq: 1 MESSAGE"}));
  EXPECT_EQ(status_of(carol.take()), 404);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, CancelledWhileTheNameServiceIsAsked) {
  Proxied flow{extension(R"(<action application="proxy" data="sip:bob@slow.example.com"/>)")};
  flow.house.world.names.delay = 1s;
  flow.call();
  EXPECT_EQ(status_of(flow.alice.take(1s)), 100);
  flow.alice.cancel();
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
  const auto answer = flow.alice.take_answer(20s);
  EXPECT_EQ(status_of(answer), 487);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, WhoCutsOffTheWayBackIsABadGateway) {
  Proxied flow{to_location};
  Desk desk{flow};
  flow.call();
  auto response = sim::answer_to(desk.take(), 486, "Busy Here", "desk");
  const auto second = response.find("Via: ", response.find("Via: ") + 1);
  response.erase(second, response.find("\r\n", second) + 2 - second);
  desk.send(flow.ahoy(), response);
  const auto answer = flow.alice.take_answer();
  EXPECT_EQ(status_of(answer), 502);
  flow.alice.ack(answer);
  flow.house.expect_nothing_left();
}

TEST(ProxyFlow, HeadersAreSetAndRemoved) {
  Proxied flow{extension(R"(<action application="set_header" data="X-Edge=${sip_network_ip}"/>
<action application="remove_header" data="Subject"/><action application="proxy" data="location"/>)")};
  flow.register_bob();
  flow.call({"Subject: lunch"});
  const auto invite = flow.bob.take();
  EXPECT_EQ(header(invite, "X-Edge"), "192.0.2.101");
  EXPECT_EQ(header(invite, "Subject"), "");
}

// RFC 5658: each side of a call that changes its transport gets its own Record-Route.
TEST(ProxyFlow, FromOneTransportToAnother_TRX_07) {
  Proxied flow{to_location, Transport::udp};
  Desk desk{flow, "<sip:bob@192.0.2.202;transport=tcp>", Transport::tcp};
  flow.call();
  const auto invite = desk.take();
  const auto routes = values(invite, "Record-Route");
  ASSERT_EQ(routes.size(), 2U);
  EXPECT_NE(routes[0].find("transport=tcp"), std::string::npos) << routes[0];
  EXPECT_EQ(routes[1].find("transport"), std::string::npos) << routes[1];
  desk.send(flow.ahoy(), sim::answer_to(invite, 200, "OK", "desk", "Contact: <sip:bob@192.0.2.202;transport=tcp>\r\n"));
  const auto answer = flow.alice.take_answer();
  flow.alice.ack(answer);
  const auto ack = desk.take();
  EXPECT_TRUE(ack.starts_with("ACK sip:bob@192.0.2.202;transport=tcp "));
  EXPECT_EQ(header(ack, "Route"), "");
  flow.alice.request("BYE");
  const auto bye = desk.take();
  desk.send(flow.ahoy(), sim::answer_to(bye, 200, "OK", "desk"));
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
  flow.house.expect_nothing_left();
}

// RFC 5626 section 5: the phone cannot be reached by its Contact, so the Record-Route knows its flow.
TEST(ProxyFlow, APhoneBehindANatIsReachedByItsFlow_TRX_16) {
  Proxied flow{to_location};
  flow.bob.set_contact("<sip:bob@10.99.0.7:5062>");
  flow.register_bob();
  flow.call();
  const auto invite = flow.bob.take();
  ASSERT_TRUE(invite.starts_with("INVITE sip:bob@10.99.0.7:5062 "));
  flow.bob.respond(invite, 200, "OK", flow.bob.sdp());
  flow.alice.ack(flow.alice.take_answer());
  EXPECT_TRUE(flow.bob.take().starts_with("ACK sip:bob@10.99.0.7:5062 "));
  flow.alice.request("BYE");
  const auto bye = flow.bob.take();
  EXPECT_TRUE(bye.starts_with("BYE sip:bob@10.99.0.7:5062 "));
  flow.bob.respond(bye, 200, "OK");
  EXPECT_EQ(status_of(flow.alice.take_answer()), 200);
}

// RFC 3327: an edge in front of the registrar. Calls come back through it, over the flow of the phone.
TEST(ProxyFlow, AnEdgeInFrontOfTheRegistrar_TRX_15) {
  Proxied home{to_location};
  const base::Ip edge_ip = base::Ip::v4(10, 0, 0, 9);
  home.house.world.names.host("home.example.com", server_ip);
  Neighbour edge{home.house.world, "edge", edge_ip,
                 extension(R"(<action application="path"/><action application="proxy" data="sip:home.example.com"/>)",
                           R"(field="${sip_method}" expression="^REGISTER$")"),
                 blind};
  home.ladder.name(edge_ip, "Edge");
  home.bob.set_contact("<sip:bob@10.99.0.7:5062>");
  home.bob.send_register("sip:10.0.0.1", edge.address(), {"Contact: " + home.bob.contact(), "Supported: path"});
  const auto registered = home.bob.take();
  EXPECT_EQ(status_of(registered), 200);
  home.bob.dialog.remote.clear();
  home.call();
  const auto invite = home.bob.take();
  ASSERT_TRUE(invite.starts_with("INVITE sip:bob@10.99.0.7:5062 "));
  EXPECT_EQ(values(invite, "Via").size(), 3U);
  home.bob.respond(invite, 200, "OK", home.bob.sdp());
  home.alice.ack(home.alice.take_answer());
  EXPECT_TRUE(home.bob.take().starts_with("ACK sip:bob@10.99.0.7:5062 "));
  home.bob.request("BYE");
  const auto bye = home.alice.take();
  EXPECT_TRUE(bye.starts_with("BYE "));
  home.alice.respond(bye, 200, "OK");
  EXPECT_EQ(status_of(home.bob.take()), 200);
  home.house.expect_nothing_left();
}

// RFC 3261 section 16.4: a strict router before us writes over the Request-URI.
TEST(ProxyFlow, BehindAStrictRouter_TRX_09) {
  Proxied flow{to_location};
  flow.register_bob();
  flow.call();
  flow.bob.respond(flow.bob.take(), 200, "OK", flow.bob.sdp());
  const auto answer = flow.alice.take_answer();
  flow.alice.ack(answer);
  flow.bob.take();
  auto route = values(answer, "Record-Route").at(0);
  route = route.substr(1, route.size() - 2);
  sim::RawAgent strict{flow.house.world, flow.host("Strict", base::Ip::v4(192, 0, 2, 77)), 5060};
  strict.send(flow.ahoy(), "BYE " + route + " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.77;branch=z9hG4bKs\r\nMax-Forwards: 70\r\n"
                           "Route: <sip:bob@192.0.2.201>\r\nFrom: " + flow.alice.dialog.local + "\r\nTo: " + header(answer, "To") +
                           "\r\nCall-ID: " + header(answer, "Call-ID") + "\r\nCSeq: 9 BYE\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(flow.bob.take().starts_with("BYE sip:bob@192.0.2.201 "));
}

}  // namespace
}  // namespace scenario
