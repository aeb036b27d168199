// tests/shards_test.cc - a whole server on real threads, for ThreadSanitizer: calls and registrations that cross shards.
//
// Phones on an engine of their own call each other through a server of four shards; Call-IDs and users fall on all of
// them, so that messages, lookups and hand-overs cross in every direction.
#include <gtest/gtest.h>

#include <future>

#include "io/shard.h"
#include "main/server.h"
#include "phone/phone.h"

using namespace std::chrono_literals;

namespace {

constexpr int pairs = 6;
constexpr std::uint16_t sip_port = 25'560;

std::string configuration() {
  std::string xml = R"(<document type="freeswitch/xml">
<section name="configuration"><configuration name="sofia.conf"><profiles><profile name="internal"><settings>
<param name="sip-ip" value="127.0.0.1"/><param name="rtp-ip" value="127.0.0.1"/><param name="sip-port" value="25560"/>
<param name="context" value="default"/><param name="auth-calls" value="true"/>
<param name="force-register-domain" value="test"/><param name="challenge-realm" value="test"/>
</settings></profile></profiles></configuration></section><section name="directory"><domain name="test">)";
  for (int i = 0; i < 2 * pairs; ++i)
    xml += "<user id=\"" + std::to_string(2000 + i) + "\"><params><param name=\"password\" value=\"secret\"/></params></user>";
  return xml + R"(</domain></section><section name="dialplan"><context name="default">
<extension name="users"><condition field="destination_number" expression="^(2\d\d\d)$">
<action application="set_global" data="last=$1"/><action application="set" data="hangup_after_bridge=true"/>
<action application="bridge" data="user/$1@test"/></condition></extension></context></section></document>)";
}

phone::Options options_of(int number) {
  phone::Options options;
  options.account = {std::to_string(2000 + number), "secret", "test", {}};
  options.local = {base::Ip::v4(127, 0, 0, 1), 0};
  options.server = {base::Ip::v4(127, 0, 0, 1), sip_port};
  options.rtp_first = static_cast<std::uint16_t>(42'000 + 100 * number);
  options.rtp_last = static_cast<std::uint16_t>(options.rtp_first + 99);
  options.transport = number % 3 == 0 ? endpoint::Transport::tcp : endpoint::Transport::udp;
  options.script.hang_up_after = 300ms;
  return options;
}

}  // namespace

TEST(Shards, CallsCrossThemWithoutARace) {
  auto loaded = dialplan::load_text(configuration(), "test.xml", ".");
  ASSERT_TRUE(loaded);
  io::Engine engine{{.shards = 4, .offload_threads = 2, .seed = base::Random::kernel_seed()}};
  std::vector<io::Shard*> shards;
  for (std::uint16_t id = 0; id < engine.count(); ++id) shards.push_back(&engine.shard(id));
  ahoy::Server server{std::move(shards), *loaded};
  const auto opened = server.open();
  ASSERT_TRUE(opened) << opened.error();
  engine.start();

  io::Engine phones_engine{{.shards = 1, .offload_threads = 1, .seed = base::Random::kernel_seed()}};
  std::vector<std::unique_ptr<phone::Phone>> phones;
  std::promise<void> all_over;
  int registered = 0, over = 0;
  for (int i = 0; i < 2 * pairs; ++i) {
    phones.push_back(std::make_unique<phone::Phone>(phones_engine.shard(0), options_of(i)));
    ASSERT_TRUE(phones.back()->open());
    phones.back()->on_registration = [&](phone::Phone& phone) {
      if (!phone.registered() || ++registered != 2 * pairs) return;
      for (int pair = 0; pair < pairs; ++pair) phones[static_cast<std::size_t>(pair)]->dial(std::to_string(2000 + pairs + pair));
    };
    phones.back()->on_call_changed = [&](phone::Call& call) {
      if (call.over() && ++over == 2 * pairs) all_over.set_value();
    };
  }
  phones_engine.start();
  phones_engine.on_every_shard([&](io::KernelShard&) {
    for (auto& phone : phones) phone->register_now();
  });
  EXPECT_EQ(all_over.get_future().wait_for(60s), std::future_status::ready);
  int answered = 0;
  phones_engine.on_every_shard([&](io::KernelShard&) {
    for (auto& phone : phones)
      if (phone->last_call() && phone->last_call()->verdict().answered) ++answered;
  });
  EXPECT_EQ(answered, 2 * pairs);
  phones_engine.stop();
  engine.stop();
}
