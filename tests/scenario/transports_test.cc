// tests/scenario/transports_test.cc - registrations and calls over every transport, through a whole server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "phone/phone.h"
#include "sim/agent.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;
using endpoint::Transport;
using testing::HasSubstr;

namespace {

constexpr std::string_view params =
    R"(<param name="tls" value="true"/><param name="ws-binding" value=":5066"/><param name="wss-binding" value=":7443"/>)";
constexpr std::string_view dialplan =
    R"(<extension name="users"><condition field="destination_number" expression="^(alice|bob)$">
<action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="user/$1@10.0.0.1"/></condition></extension>)";

std::uint16_t port_of(Transport transport) {
  constexpr std::uint16_t ports[]{5060, 5060, 5061, 5066, 7443};
  return ports[static_cast<std::size_t>(transport)];
}

struct Town {
  scenario::House house{dialplan, 3, 2, params};
  sim::Host& alice_host = house.world.add_host("alice", {scenario::alice_ip});
  sim::Host& bob_host = house.world.add_host("bob", {scenario::bob_ip});
  std::unique_ptr<phone::Phone> alice, bob;
  std::vector<std::string> to_alice, to_bob;  // what the server sent them

  Town(Transport of_alice, Transport of_bob) {
    house.world.set_tap([this](const sim::Sent& sent) {
      if (sent.from.ip != scenario::server_ip) return;
      (sent.to.ip == scenario::alice_ip ? to_alice : to_bob).emplace_back(sent.bytes);
    });
    alice = make(alice_host, "alice", "wonderland", of_alice, "tone_stream://%(10000,0,440)");
    bob = make(bob_host, "bob", "builder", of_bob, "tone_stream://%(10000,0,1000)");
  }
  std::unique_ptr<phone::Phone> make(sim::Host& host, const std::string& user, const std::string& password, Transport transport,
                                     const std::string& plays) {
    phone::Options options;
    options.account = {user, password, "10.0.0.1", {}};
    options.local = {host.ip(), 5060};
    options.server = {scenario::server_ip, port_of(transport)};
    options.transport = transport;
    options.script.play = plays;
    auto made = std::make_unique<phone::Phone>(host.shard(), options);
    EXPECT_TRUE(made->open());
    made->register_now();
    return made;
  }
  /// Alice calls Bob; both must hear each other.
  void call() {
    ASSERT_TRUE(house.world.run_until([&] { return alice->registered() && bob->registered(); }, 5s));
    phone::Script script;
    script.play = "tone_stream://%(10000,0,440)";
    script.hang_up_after = 2s;
    auto& call = alice->dial("bob", script);
    ASSERT_TRUE(house.world.run_until([&] { return call.over(); }, 20s));
    house.world.run_for(1s);
    EXPECT_TRUE(call.verdict().answered) << call.verdict().text();
    EXPECT_GT(call.verdict().share_of(1000), 0.8) << call.verdict().text();
    EXPECT_GT(bob->last_call()->verdict().share_of(440), 0.8);
    EXPECT_EQ(bob->last_call()->verdict().ended, "bye");
  }
  std::size_t registrations() const {
    std::size_t count = 0;
    for (std::uint16_t id = 0; id < house.server->count(); ++id) count += house.server->at(id).location.local().count();
    return count;
  }
  static std::string first_with(const std::vector<std::string>& messages, std::string_view text) {
    for (const auto& message : messages)
      if (message.find(text) != std::string::npos) return message.substr(message.find(text));
    return {};
  }
};

}  // namespace

TEST(Transports, SIP15_TheSameCallOverEveryTransport) {
  constexpr Transport all[]{Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    const auto from = all[i], to = all[(i + 2) % std::size(all)];
    SCOPED_TRACE(std::string{name(from)} + " to " + std::string{name(to)});
    Town town{from, to};
    town.call();
  }
}

TEST(Transports, ViaAndContactNameTheTransportOfEachFlow) {
  for (const auto to : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss}) {
    Town town{Transport::udp, to};
    town.call();
    const auto invite = town.first_with(town.to_bob, "INVITE ");
    const std::string place = "10.0.0.1:" + std::to_string(port_of(to));
    EXPECT_THAT(sim::header(invite, "Via"), HasSubstr("SIP/2.0/" + std::string{name(to)} + " " + place)) << name(to);
    const auto contact = sim::header(invite, "Contact");
    EXPECT_THAT(contact, HasSubstr("@" + place));
    if (to == Transport::udp) continue;
    EXPECT_THAT(contact, HasSubstr("transport=" + std::string{parameter(to)}));
  }
}

TEST(Transports, ACallToAClosedBrowserFailsAtOnce) {
  Town town{Transport::udp, Transport::wss};
  ASSERT_TRUE(town.house.world.run_until([&] { return town.alice->registered() && town.bob->registered(); }, 5s));
  EXPECT_EQ(town.registrations(), 2U);
  town.bob.reset();  // the tab is closed
  town.house.world.run_for(1s);
  auto& call = town.alice->dial("bob");
  ASSERT_TRUE(town.house.world.run_until([&] { return call.over(); }, 3s)) << "no server connects to a browser";
  EXPECT_EQ(town.registrations(), 1U) << "its registration went with its connection";
  EXPECT_FALSE(call.verdict().answered);
}

TEST(Transports, NAT08_IdleConnectionsStay) {
  Town town{Transport::tls, Transport::wss};
  ASSERT_TRUE(town.house.world.run_until([&] { return town.alice->registered() && town.bob->registered(); }, 5s));
  town.house.world.run_for(5min);
  town.call();
}

namespace {

/// A call to Bob's address with a header of that many bytes.
struct Large {
  scenario::House house;
  std::vector<std::string> invites;  // their Via, as they left the server for Bob
  std::string dialplan(std::size_t bytes, const std::string& more) {
    return "<extension name=\"large\"><condition field=\"destination_number\" expression=\"^bob$\"><action application=\"bridge\" "
           "data=\"{sip_h_X-Large=" + std::string(bytes, 'x') + "}sofia/internal/bob@10.0.0.3:5060" + more +
           "\"/></condition></extension>";
  }
  sim::Agent alice;
  sim::Host& bob_host;
  explicit Large(std::size_t bytes, const std::string& more = {})
      : house{dialplan(bytes, more), 5}, alice{house.world.add_host("alice", {scenario::alice_ip}), "alice"},
        bob_host{house.world.add_host("bob", {scenario::bob_ip})} {
    house.world.set_tap([this](const sim::Sent& sent) {
      if (sent.to.ip == scenario::bob_ip && sent.bytes.starts_with("INVITE")) invites.push_back(sim::header(sent.bytes, "Via"));
    });
  }
  void call(base::Duration wait = 2s) {
    alice.call("sip:bob@10.0.0.1", house.address(), scenario::sdp(scenario::alice_ip));
    house.world.run_for(wait);
  }
};

}  // namespace

TEST(Transports, WhatIsTooLargeForADatagramGoesByTcp) {
  for (const std::size_t bytes : {100UL, 1400UL}) {
    Large large{bytes};
    sim::Agent bob{large.bob_host, "bob"};
    large.call();
    ASSERT_EQ(large.invites.size(), 1U);
    EXPECT_THAT(large.invites[0], testing::StartsWith(bytes > endpoint::datagram_bytes_max ? "SIP/2.0/TCP" : "SIP/2.0/UDP"));
    ASSERT_TRUE(bob.incoming());
  }
}

TEST(Transports, WithoutTcpItIsADatagramAfterAll) {
  Large large{1400};
  sim::RawAgent bob{large.house.world, large.bob_host};  // listens for datagrams only
  large.call(400ms);
  ASSERT_FALSE(large.invites.empty());
  EXPECT_THAT(large.invites.back(), testing::StartsWith("SIP/2.0/UDP"));
  EXPECT_THAT(bob.take(), testing::StartsWith("INVITE sip:bob@10.0.0.3:5060 SIP/2.0"));
}

TEST(Transports, AUriThatSaysUdpGetsUdp) {
  Large large{1400, ";transport=udp"};
  sim::Agent bob{large.bob_host, "bob"};
  large.call(400ms);
  ASSERT_FALSE(large.invites.empty());
  EXPECT_THAT(large.invites[0], testing::StartsWith("SIP/2.0/UDP"));
}
