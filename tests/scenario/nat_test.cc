// tests/scenario/nat_test.cc - addresses outside, phones that have to be kept reachable, and media that does not come.
#include <gtest/gtest.h>

#include "ice/stun.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using sim::first_line;
using sim::header;

namespace {

constexpr std::string_view to_bob = R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="bridge" data="sofia/internal/bob@10.0.0.3:5060"/></condition></extension>)";

/// Says that everybody is 203.0.113.9.
struct StunServer : io::UdpReceiver {
  std::unique_ptr<io::UdpSocket> socket;
  explicit StunServer(sim::Host& host) { socket = host.shard().open_udp({host.ip(), 3478}, io::Sharing::exclusive, this).value(); }
  void on_datagrams(std::span<const io::Datagram> batch) override {
    for (const auto& datagram : batch)
      if (const auto answer = ice::answer_binding(datagram.bytes, {base::Ip::v4(203, 0, 113, 9), 1})) socket->send(datagram.from, *answer);
  }
};

struct Nat {
  scenario::House house;
  sim::RawAgent alice, bob;
  explicit Nat(std::string_view params)
      : house{to_bob, 1, 1, params}, alice{house.world, house.world.add_host("alice", {scenario::alice_ip})},
        bob{house.world, house.world.add_host("bob", {scenario::bob_ip})} {}

  void invite(const std::string& id, std::string_view contact = "<sip:alice@10.0.0.2>") {
    alice.send(house.address(),
               sim::message({"INVITE sip:bob@10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bK" + id,
                             "Max-Forwards: 70", "From: <sip:alice@10.0.0.1>;tag=a" + id, "To: <sip:bob@10.0.0.1>",
                             "Call-ID: " + id, "CSeq: 1 INVITE", "Contact: " + std::string{contact}, "Content-Type: application/sdp"},
                            scenario::sdp(scenario::alice_ip)));
  }
  void enroll(std::string_view contact) {
    bob.send(house.address(), sim::message({"REGISTER sip:10.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.3:5060;branch=z9hG4bKreg;rport",
                                            "Max-Forwards: 70", "From: <sip:bob@10.0.0.1>;tag=r", "To: <sip:bob@10.0.0.1>",
                                            "Call-ID: reg@bob", "CSeq: 1 REGISTER", "Contact: " + std::string{contact}, "Expires: 600"}));
    EXPECT_EQ(first_line(bob.take()), "SIP/2.0 200 OK");
  }
  std::string journal() {
    std::string all;
    for (const auto* call : house.server->at(0).journal.list(10))
      for (const auto& entry : call->entries) all += entry.text + "\n";
    return all;
  }
};

}  // namespace

TEST(Nat, NAT03_TheExternalAddressIsToldOutsideAndTheLocalOneInside) {
  Nat nat{R"(<param name="ext-sip-ip" value="203.0.113.5"/><param name="ext-rtp-ip" value="autonat:203.0.113.6"/>
<param name="local-network-acl" value="10.0.0.2/32"/>)"};
  nat.invite("one");
  const auto invite = nat.bob.take();
  EXPECT_TRUE(header(invite, "Via").starts_with("SIP/2.0/UDP 203.0.113.5:5060")) << header(invite, "Via");
  EXPECT_NE(header(invite, "Contact").find("@203.0.113.5:5060"), std::string::npos);
  EXPECT_NE(invite.find("c=IN IP4 203.0.113.6"), std::string::npos);
  nat.bob.send(nat.house.address(), sim::answer_to(invite, 200, "OK", "b", "Contact: <sip:bob@10.0.0.3>\r\nContent-Type: application/sdp\r\n",
                                                   scenario::sdp(scenario::bob_ip)));
  const auto ok = nat.alice.take_from(200);  // who is in the local network
  EXPECT_NE(header(ok, "Contact").find("10.0.0.1:5060"), std::string::npos);
  EXPECT_NE(ok.find("c=IN IP4 10.0.0.1"), std::string::npos);
}

TEST(Nat, NAT05_AStunServerTellsTheAddressAndMayComeLate) {
  Nat nat{R"(<param name="ext-sip-ip" value="stun:stun.test"/><param name="ext-rtp-ip" value="stun:stun.test"/>
<param name="local-network-acl" value="none"/>)"};
  nat.invite("one");  // nobody knows the name yet: a warning, no failed start
  EXPECT_TRUE(header(nat.bob.take(), "Via").starts_with("SIP/2.0/UDP 10.0.0.1:5060"));
  StunServer server{nat.house.world.add_host("stun", {base::Ip::v4(10, 0, 0, 9)})};
  nat.house.world.names.host("stun.test", base::Ip::v4(10, 0, 0, 9));
  nat.house.world.run_for(15s);
  nat.bob.drop_all();
  nat.invite("two");
  std::string invite;
  while (!(invite = nat.bob.take()).empty() && header(invite, "Via").find("203.0.113.9") == std::string::npos) {}
  EXPECT_TRUE(header(invite, "Via").starts_with("SIP/2.0/UDP 203.0.113.9:5060"));
  EXPECT_NE(invite.find("c=IN IP4 203.0.113.9"), std::string::npos);
}

TEST(Nat, AHostNameIsLookedUp) {
  Nat nat{R"(<param name="ext-sip-ip" value="host:pbx.test"/><param name="local-network-acl" value="none"/>)"};
  nat.house.world.names.host("pbx.test", base::Ip::v4(203, 0, 113, 7));
  nat.house.world.run_for(1s);
  nat.invite("one");
  EXPECT_TRUE(header(nat.bob.take(), "Via").starts_with("SIP/2.0/UDP 203.0.113.7:5060"));
}

TEST(Nat, NAT08_PhonesBehindNatArePingedAndOthersAreNot) {
  constexpr std::string_view params = R"(<param name="accept-blind-reg" value="true"/><param name="nat-options-ping" value="true"/>
<param name="ping-mean-interval" value="30"/>)";
  Nat nat{params};
  nat.enroll("<sip:bob@192.168.1.7:5060>");
  int pings = 0;
  const auto end = nat.house.world.now() + 300s;
  while (nat.house.world.now() < end) {
    const auto text = nat.bob.take(end - nat.house.world.now());
    if (text.empty()) break;
    EXPECT_EQ(first_line(text), "OPTIONS sip:bob@192.168.1.7:5060 SIP/2.0");
    nat.bob.send(nat.house.address(), sim::answer_to(text, 200, "OK", "p"));
    ++pings;
  }
  EXPECT_GE(pings, 7);
  EXPECT_LE(pings, 15);
  Nat plain{params};
  plain.enroll("<sip:bob@10.0.0.3:5060>");
  EXPECT_TRUE(plain.bob.quiet(120s));
}

TEST(Nat, NAT08_APhoneThatDoesNotAnswerIsUnregistered) {
  Nat nat{R"(<param name="accept-blind-reg" value="true"/><param name="all-reg-options-ping" value="true"/>
<param name="unregister-on-options-fail" value="true"/><param name="ping-mean-interval" value="30"/>)"};
  nat.enroll("<sip:bob@10.0.0.3:5060>");
  EXPECT_EQ(nat.house.server->at(0).location.local().count(), 1U);
  nat.house.world.run_for(30s);
  EXPECT_EQ(nat.house.server->at(0).location.local().count(), 1U);
  nat.house.world.run_for(120s);
  EXPECT_EQ(nat.house.server->at(0).location.local().count(), 0U);
}

TEST(Nat, TheJournalSaysWithinThreeSecondsWhoIsNotHeardAndFromWhere) {
  Nat nat{""};
  auto& world = nat.house.world;
  nat.invite("one");
  const auto invite = nat.bob.take();
  nat.bob.send(nat.house.address(), sim::answer_to(invite, 200, "OK", "b", "Contact: <sip:bob@10.0.0.3>\r\nContent-Type: application/sdp\r\n",
                                                   scenario::sdp(scenario::bob_ip)));
  const auto ok = nat.alice.take_from(200);
  nat.alice.send(nat.house.address(), sim::message({"ACK sip:10.0.0.1:5060 SIP/2.0", "Via: SIP/2.0/UDP 10.0.0.2:5060;branch=z9hG4bKack",
                                                    "Max-Forwards: 70", "From: <sip:alice@10.0.0.1>;tag=aone", "To: " + header(ok, "To"),
                                                    "Call-ID: one", "CSeq: 1 ACK"}));
  // Alice speaks, Bob does not.
  const auto m = ok.find("m=audio ");
  const auto port = static_cast<std::uint16_t>(std::stoi(ok.substr(m + 8)));
  auto& host = world.add_host("alice's media", {base::Ip::v4(10, 0, 0, 22)});
  auto socket = host.shard().open_udp({base::Ip::v4(10, 0, 0, 22), 4000}, io::Sharing::exclusive, nullptr).value();
  for (std::uint16_t i = 0; i < 150; ++i) {
    std::string rtp("\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07", 12);
    rtp[2] = static_cast<char>(i >> 8);
    rtp[3] = static_cast<char>(i & 0xff);
    const auto stamp = 160U * i;
    rtp[6] = static_cast<char>(stamp >> 8);
    rtp[7] = static_cast<char>(stamp & 0xff);
    socket->send({scenario::server_ip, port}, rtp + std::string(160, '\x7f'));
    world.run_for(20ms);
  }
  const auto journal = nat.journal();
  EXPECT_NE(journal.find("not heard: the callee, bob; nothing came from 10.0.0.3:4000"), std::string::npos) << journal;
  EXPECT_EQ(journal.find("not heard: the caller"), std::string::npos) << journal;
}
