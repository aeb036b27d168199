#include "tests/scenario/fixture.h"

#include <gtest/gtest.h>

namespace scenario {

namespace {

std::unique_ptr<ahoy::Server> start(sim::Host& host, const std::string& xml, const ahoy::Keeping& keeping = {}) {
  auto loaded = dialplan::load_text(xml, "test.xml", ".");
  base::require(loaded.has_value(), "a test's configuration does not load");
  std::vector<io::Shard*> shards;
  for (std::uint16_t id = 0; id < host.count(); ++id) shards.push_back(&host.shard(id));
  auto server = std::make_unique<ahoy::Server>(std::move(shards), *loaded, keeping);
  const auto opened = server->open();
  base::require(opened.has_value(), opened ? "" : opened.error());
  return server;
}

}  // namespace

std::string configuration(std::string_view context, std::string_view profile_params, std::string_view gateways,
                          const base::Ip& ip) {
  std::string xml = R"(<document type="freeswitch/xml">
<section name="configuration"><configuration name="sofia.conf"><profiles><profile name="internal">)";
  xml += gateways;
  xml += R"(<settings>
<param name="sip-ip" value="10.0.0.1"/><param name="rtp-ip" value="10.0.0.1"/><param name="sip-port" value="5060"/>
<param name="context" value="default"/><param name="auth-calls" value="false"/>
<param name="inbound-codec-prefs" value="PCMU,PCMA"/><param name="outbound-codec-prefs" value="PCMU,PCMA"/>
<param name="force-register-domain" value="10.0.0.1"/>)";
  xml += profile_params;
  xml += R"(</settings></profile></profiles></configuration></section>
<section name="directory"><domain name="10.0.0.1"><params>
<param name="dial-string" value="${sofia_contact(*/${dialed_user}@${dialed_domain})}"/></params>
<user id="alice"><params><param name="password" value="wonderland"/></params></user>
<user id="bob"><params><param name="password" value="builder"/></params></user></domain></section>
<section name="dialplan"><context name="default">)";
  xml += context;
  xml += "</context></section></document>";
  const std::string usual = server_ip.text(), own = ip.text();
  for (auto at = own == usual ? std::string::npos : xml.find(usual); at != std::string::npos; at = xml.find(usual, at + own.size()))
    xml.replace(at, usual.size(), own);
  return xml;
}

House::House(std::string_view context, std::uint64_t seed, std::uint16_t shards, std::string_view profile_params,
             std::string_view gateways)
    : world{seed}, host{world.add_host("ahoy", {server_ip}, shards)}, xml{configuration(context, profile_params, gateways)} {
  restart();
}

House::~House() { server.reset(); }

void House::restart() {
  server.reset();
  server = start(host, xml, {storage, {}, {}, {}});
}

Neighbour::Neighbour(sim::World& world, const std::string& name, const base::Ip& at, std::string_view context,
                     std::string_view profile_params)
    : ip{at}, host{world.add_host(name, {at})}, server{start(host, configuration(context, profile_params, {}, at))} {}

std::size_t House::legs() const {
  std::size_t count = 0;
  for (std::uint16_t id = 0; id < server->count(); ++id) count += server->at(id).calls.count();
  return count;
}

void House::expect_nothing_left() {
  world.run_for(std::chrono::minutes{2});
  EXPECT_EQ(legs(), 0U);
  for (std::uint16_t id = 0; id < server->count(); ++id) {
    auto& endpoint = server->at(id).endpoint;
    EXPECT_EQ(endpoint.server_transactions(), 0U);
    EXPECT_EQ(endpoint.client_transactions(), 0U);
    EXPECT_EQ(endpoint.dialogs(), 0U);
    EXPECT_EQ(endpoint.lingering(), 0U);
    EXPECT_EQ(server->at(id).proxy.size(), 0U);
    EXPECT_EQ(server->at(id).ports.in_use(), 0U);
  }
}

std::string sdp(const base::Ip& ip, std::uint16_t port) {
  return "v=0\r\no=test 1 1 IN IP4 " + ip.text() + "\r\ns=-\r\nc=IN IP4 " + ip.text() + "\r\nt=0 0\r\nm=audio " +
         std::to_string(port) + " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";
}

}  // namespace scenario
