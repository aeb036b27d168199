// tests/scenario/dialog_route_test.cc - where requests of a dialog go over a stream, when Contact is somewhere else than
// where the INVITE came from or went to.
#include "tests/scenario/flow.h"

using namespace std::chrono_literals;
using endpoint::Transport;

namespace {

/// Bob is behind a proxy that does not record its route.
struct Route : scenario::Flow {
  std::vector<std::string> straight;  // what Ahoy sent to Bob without the proxy
  std::vector<std::string> to_proxy;
  sim::Proxy proxy;

  explicit Route(Transport transport)
      : Flow{transport, "sofia/internal/bob@biloxi.example.com{transport}"},
        proxy{host("Proxy 2", scenario::ss2_ip), transparent()} {
    house.world.set_tap([this](const sim::Sent& sent) {
      if (sent.from.ip != scenario::server_ip || !sent.stream) return;
      if (sent.to.ip == scenario::bob_at_biloxi) straight.push_back(sim::first_line(sent.bytes));
      if (sent.to.ip == scenario::ss2_ip) to_proxy.push_back(sim::first_line(sent.bytes));
    });
  }
  sim::Proxy::Options transparent() const {
    auto options = Flow::ss2();
    options.records_route = false;
    return options;
  }
  void answer() {
    alice_calls();
    bob.respond(bob.take(), 200, "OK", bob.sdp());
    alice.ack(alice.take_answer());
    house.world.run_for(100ms);
  }
};

}  // namespace

TEST(DialogRoute, WhoCameOverAConnectionIsReachedOverItWhateverItsContactSays) {
  Route flow{Transport::tcp};
  flow.alice.set_contact("<sip:alice@192.0.2.99;transport=tcp>");  // nobody is there
  flow.answer();
  flow.bob.take();
  flow.bob.request("BYE");
  const auto bye = flow.alice.take();
  EXPECT_EQ(sim::first_line(bye), "BYE sip:alice@192.0.2.99;transport=tcp SIP/2.0");
  flow.alice.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(DialogRoute, BehindAProxyThatKeepsOutOfItTheContactIsReachedDirectly) {
  Route flow{Transport::tcp};
  flow.answer();
  EXPECT_EQ(flow.straight, std::vector<std::string>{"ACK sip:bob@192.0.2.201;transport=tcp SIP/2.0"});
}

TEST(DialogRoute, ACallOverTlsDoesNotLeaveIt) {
  Route flow{Transport::tls};
  flow.bob.set_contact("<sip:bob@192.0.2.201;transport=tcp>");
  flow.answer();
  EXPECT_TRUE(flow.straight.empty());
  EXPECT_EQ(flow.to_proxy.back(), "ACK sip:bob@192.0.2.201;transport=tcp SIP/2.0");
}

TEST(DialogRoute, WhoCallsThroughSuchAProxyIsReachedDirectlyToo) {
  scenario::Flow flow{Transport::tcp, R"(<extension name="bob"><condition field="destination_number" expression="^bob$">
<action application="answer"/><action application="sleep" data="500"/></condition></extension>)"};
  auto options = flow.ss2();
  options.records_route = false;
  options.location["sip:bob@biloxi.example.com"] = "sip:bob@10.0.0.1;transport=tcp";
  sim::Proxy proxy{flow.host("Proxy 2", scenario::ss2_ip), options};
  flow.alice.invite("sip:bob@biloxi.example.com", {scenario::ss2_ip, 5060}, {}, flow.alice.sdp());
  flow.alice.ack(flow.alice.take_answer());
  const auto bye = flow.alice.take(2s);
  EXPECT_TRUE(bye.starts_with("BYE sip:alice@192.0.2.101;transport=tcp SIP/2.0")) << bye;
  EXPECT_EQ(sim::headers(bye, "Via").size(), 1U) << "the proxy is not on the way";
  flow.alice.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

namespace {

/// Bob answers a call to his address with a Contact that is a name; `other` may stand where that leads.
struct Named : scenario::Flow {
  scenario::UserAgent other{house.world, "Bob in Chicago", "bob@biloxi.example.com", scenario::bob_at_chicago, Transport::udp};

  Named() : Flow{Transport::udp, "sofia/internal/bob@192.0.2.201"} { bob.set_contact("<sip:bob@pbx.test>"); }
  void answer() {
    alice_calls();
    bob.respond(bob.take(), 200, "OK", bob.sdp());
    alice.ack(alice.take_answer());
  }
  void hang_up() {
    alice.request("BYE");
    alice.take();
  }
};

const base::Ip nobody = base::Ip::v4(192, 0, 2, 99);

}  // namespace

TEST(DialogRoute, NET_05_AContactThatIsANameIsLookedUp) {
  Named flow;
  flow.house.world.names.host("pbx.test", scenario::bob_at_chicago);
  flow.answer();
  EXPECT_EQ(sim::first_line(flow.other.take()), "ACK sip:bob@pbx.test SIP/2.0");
  flow.hang_up();
  const auto bye = flow.other.take();
  EXPECT_EQ(sim::first_line(bye), "BYE sip:bob@pbx.test SIP/2.0");
  EXPECT_EQ(sim::header(bye, "CSeq"), "2 BYE");
  flow.other.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(DialogRoute, NET_05_RequestsKeepTheirOrderWhileANameIsAskedFor) {
  Named flow;
  flow.house.world.names.host("pbx.test", scenario::bob_at_chicago);
  flow.house.world.names.delay = 700ms;
  flow.answer();
  flow.hang_up();
  EXPECT_EQ(sim::first_line(flow.other.take(5s)), "ACK sip:bob@pbx.test SIP/2.0");
  const auto bye = flow.other.take();
  EXPECT_EQ(sim::first_line(bye), "BYE sip:bob@pbx.test SIP/2.0");
  flow.other.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(DialogRoute, NET_05_InADialogTheNextServerIsTriedToo) {
  Named flow;
  auto& names = flow.house.world.names;
  names.naptr("pbx.test", 10, "SIP+D2U", "_sip._udp.pbx.test");
  names.srv("_sip._udp.pbx.test", {10, 1, 5060, "one.pbx.test"});
  names.srv("_sip._udp.pbx.test", {20, 1, 5060, "two.pbx.test"});
  names.host("one.pbx.test", nobody);
  names.host("two.pbx.test", scenario::bob_at_chicago);
  flow.answer();
  flow.hang_up();
  const auto bye = flow.other.take(20s);
  EXPECT_EQ(sim::first_line(bye), "BYE sip:bob@pbx.test SIP/2.0");
  flow.other.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(DialogRoute, NET_05_TheServerThatHasTheDialogComesFirst) {
  Named flow;
  auto& names = flow.house.world.names;
  names.host("pbx.test", nobody);
  names.host("pbx.test", scenario::bob_at_biloxi);
  flow.answer();
  EXPECT_EQ(sim::first_line(flow.bob.take()), "ACK sip:bob@pbx.test SIP/2.0");
  flow.hang_up();
  const auto bye = flow.bob.take();
  EXPECT_EQ(sim::first_line(bye), "BYE sip:bob@pbx.test SIP/2.0");
  flow.bob.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}

TEST(DialogRoute, NET_05_ANameThatNobodyKnowsIsReachedTheWayItCame) {
  Named flow;
  flow.answer();
  EXPECT_EQ(sim::first_line(flow.bob.take()), "ACK sip:bob@pbx.test SIP/2.0");
  flow.hang_up();
  const auto bye = flow.bob.take();
  EXPECT_EQ(sim::first_line(bye), "BYE sip:bob@pbx.test SIP/2.0");
  flow.bob.respond(bye, 200, "OK");
  flow.house.expect_nothing_left();
}
