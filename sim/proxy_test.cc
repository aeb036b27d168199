// sim/proxy_test.cc - the proxy of flow tests keeps to RFC 3261 section 16.
#include "sim/proxy.h"

#include <gtest/gtest.h>

#include "sim/agent.h"
#include "sim/asking_agent.h"

using namespace std::chrono_literals;
using endpoint::Transport;

namespace {

struct Path {
  sim::World world{1};
  sim::Host& alice_host = world.add_host("alice", {base::Ip::v4(10, 0, 0, 1)});
  sim::Agent alice{alice_host, "alice"};
  sim::Agent bob{world.add_host("bob", {base::Ip::v4(10, 0, 0, 2)}), "bob"};
  sim::Host& proxy_host = world.add_host("proxy", {base::Ip::v4(10, 0, 0, 9)});
  sim::Proxy proxy{proxy_host, options()};

  static sim::Proxy::Options options() {
    sim::Proxy::Options options{"proxy.test", "home.test"};
    options.location["sip:bob@home.test"] = "sip:bob@10.0.0.2";
    options.next_hops["away.test"] = {"sip:10.0.0.77", "sip:10.0.0.2"};
    options.moved["sip:carol@home.test"] = "sip:carol@away.test";
    return options;
  }
  Path() { world.names.host("proxy.test", base::Ip::v4(10, 0, 0, 9)); }
  sim::Agent::Call& call(const std::string& uri, Transport over = Transport::udp) {
    return alice.call(uri, {base::Ip::v4(10, 0, 0, 9), 5060}, "v=0\r\n", over);
  }
  void expect_nothing_left() {
    world.run_for(2min);
    EXPECT_EQ(proxy.transactions(), 0U);
  }
};

}  // namespace

TEST(Proxy, ACallGoesThroughItAndEndsFromTheOtherSide) {
  for (const auto over : {Transport::udp, Transport::tcp}) {
    Path path;
    auto& call = path.call("sip:bob@home.test", over);
    path.world.run_for(100ms);
    ASSERT_TRUE(path.bob.incoming());
    EXPECT_EQ(call.provisionals, std::vector{180});
    path.bob.incoming()->session->answer(endpoint::Extra::sdp("v=0\r\n"));
    path.world.run_for(100ms);
    EXPECT_TRUE(call.answered);
    EXPECT_TRUE(path.bob.incoming()->acknowledged);
    path.bob.incoming()->hang_up();
    path.world.run_for(100ms);
    ASSERT_TRUE(call.ended);
    EXPECT_EQ(call.ended->how, endpoint::Ending::How::bye);
    path.expect_nothing_left();
  }
}

TEST(Proxy, TheNextServerIsAskedWhenOneIsSilent) {
  Path path;
  path.call("sip:bob@away.test");
  path.world.run_for(7s);
  EXPECT_FALSE(path.bob.incoming());
  path.world.run_for(2s);
  EXPECT_TRUE(path.bob.incoming());
}

TEST(Proxy, ACancelIsPassedOnWhenSomebodyHasAnswered) {
  Path path;
  auto& call = path.call("sip:bob@home.test");
  path.world.run_for(100ms);
  ASSERT_TRUE(path.bob.incoming());
  call.hang_up();
  path.world.run_for(100ms);
  ASSERT_TRUE(path.bob.incoming()->ended);
  EXPECT_EQ(path.bob.incoming()->ended->how, endpoint::Ending::How::cancelled);
  path.expect_nothing_left();
}

TEST(Proxy, SaysWhoIsUnknownAndWhoHasMoved) {
  Path path;
  auto& unknown = path.call("sip:nobody@home.test");
  auto& moved = path.call("sip:carol@home.test");
  path.world.run_for(100ms);
  ASSERT_TRUE(unknown.ended && moved.ended);
  EXPECT_EQ(unknown.ended->status, 404);
  EXPECT_EQ(moved.ended->status, 302);
  path.expect_nothing_left();
}

TEST(Proxy, RefusesWhatHasNoHopsLeft) {
  Path path;
  sim::AskingAgent asking{path.world, path.alice_host, 5070};
  const auto answer = asking.ask(
      {base::Ip::v4(10, 0, 0, 9), 5060},
      "OPTIONS sip:bob@home.test SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bKo\nMax-Forwards: 0\n"
      "From: <sip:a@home.test>;tag=a\nTo: <sip:bob@home.test>\nCall-ID: o\nCSeq: 1 OPTIONS\nContent-Length: 0");
  EXPECT_EQ(answer.status(), 483);
}
