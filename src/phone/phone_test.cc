// phone/phone_test.cc - two phones without a server between them, in virtual time.
#include "phone/phone.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "audio/file.h"
#include "phone/command.h"
#include "sim/world.h"

using namespace std::chrono_literals;

namespace phone {
namespace {

struct Two {
  sim::World world{11};
  sim::Host& here;
  sim::Host& there;
  std::unique_ptr<Phone> alice, bob;

  explicit Two(const Script& of_bob = {}, const Reception& reception = {}, bool six = false,
               endpoint::Transport transport = endpoint::Transport::udp)
      : here{world.add_host("alice", {ip(six, 2)})}, there{world.add_host("bob", {ip(six, 3)})} {
    Options a, b;
    a.account.user = "alice";
    b.account.user = "bob";
    a.local = b.server = {here.ip(), 5060};
    b.local = a.server = {there.ip(), 5060};
    a.transport = b.transport = transport;
    b.script = of_bob;
    b.reception = reception;
    alice = std::make_unique<Phone>(here.shard(), a);
    bob = std::make_unique<Phone>(there.shard(), b);
    EXPECT_TRUE(alice->open());
    EXPECT_TRUE(bob->open());
  }
  static base::Ip ip(bool six, std::uint8_t last) {
    return six ? *base::Ip::parse("2001:db8::" + std::to_string(last)) : base::Ip::v4(10, 0, 0, last);
  }
  Call& call(Script script) { return alice->dial("bob", std::move(script)); }
};

Script playing(const std::string& what, std::optional<base::Duration> hang_up_after = 3s) {
  Script script;
  script.play = what;
  script.hang_up_after = hang_up_after;
  return script;
}

TEST(Phone, TwoPhonesHearEachOther) {
  for (const bool six : {false, true})
    for (const auto transport : {endpoint::Transport::udp, endpoint::Transport::tcp}) {
      Two two{playing("tone_stream://%(10000,0,1000)", {}), {.answer_after = 2s}, six, transport};
      auto script = playing("tone_stream://%(10000,0,440)");
      script.digits = "12#";
      auto& call = two.call(script);
      two.world.run_for(10s);
      const auto at_alice = call.verdict(), at_bob = two.bob->last_call()->verdict();
      EXPECT_TRUE(at_alice.answered);
      EXPECT_EQ(at_alice.ended, "hung up");
      EXPECT_EQ(at_bob.ended, "bye");
      EXPECT_NEAR(static_cast<double>(at_alice.setup.count()), 2e6, 1e5);
      EXPECT_NEAR(static_cast<double>(at_alice.talked.count()), 3e6, 1e5);
      EXPECT_GT(at_alice.share_of(1'000), 0.9) << at_alice.text();
      EXPECT_EQ(at_alice.share_of(440), 0);
      EXPECT_GT(at_bob.share_of(440), 0.7) << at_bob.text();  // Digits take their time.
      EXPECT_EQ(at_bob.digits, "12#");
      EXPECT_EQ(at_alice.packets_lost, 0U);
      EXPECT_NEAR(at_alice.level_dbm0, -7, 1.5);
      EXPECT_GT(at_alice.mos, 4);
    }
}

TEST(Phone, RejectsNeverAnswersAndIsCancelled) {
  Two busy{{}, {.reject = 486}};
  auto& call = busy.call({});
  busy.world.run_for(1s);
  EXPECT_TRUE(call.over());
  EXPECT_EQ(call.verdict().status, 486);
  EXPECT_FALSE(call.verdict().answered);

  Two silent{{}, {.answer_after = std::nullopt}};
  auto& waiting = silent.call({});
  silent.world.run_for(20s);
  EXPECT_EQ(waiting.state(), Call::State::ringing);
  waiting.hang_up();
  silent.world.run_for(1s);
  EXPECT_TRUE(silent.bob->last_call()->over());
  EXPECT_EQ(silent.bob->last_call()->verdict().ended, "cancelled");
}

TEST(Phone, MeasuresLossJitterAndEcho) {
  Script echo;
  echo.echo = true;
  Two two{echo};
  two.world.weather = {.loss = 0.05, .delay_min = 40ms, .delay_max = 60ms};
  // Noise has one place where it fits; a tone has many.
  auto& call = two.call(playing("silence_stream://8000,4", 9s));
  two.world.run_for(15s);
  const auto verdict = call.verdict();
  EXPECT_NEAR(verdict.loss, 0.0975, 0.05);
  EXPECT_GT(verdict.jitter, 1ms);
  ASSERT_TRUE(verdict.echo_delay) << verdict.text();
  EXPECT_GT(*verdict.echo_delay, 80ms);
  EXPECT_LT(*verdict.echo_delay, 260ms);
}

TEST(Phone, RecordsWhatItHears) {
  const auto path = std::filesystem::temp_directory_path() / ("ahoy_phone_" + std::to_string(::getpid()) + ".wav");
  Two two{playing("tone_stream://%(2000,0,700)", {})};
  Script script;
  script.record = path;
  script.hang_up_after = 3s;
  two.call(script);
  two.world.run_for(5s);
  const auto clip = audio::load_clip(path, 8'000, 100'000);
  ASSERT_TRUE(clip);
  EXPECT_NEAR(static_cast<double>((*clip)->size()), 24'000, 500);
  EXPECT_GT(audio::tone_level_dbm0(std::span{**clip}.subspan(4'000, 8'000), 700, 8'000), -10);
  std::filesystem::remove(path);
}

TEST(Phone, NobodyThere) {
  Two two;
  two.bob.reset();
  auto& call = two.call({});
  two.alice->register_now();
  two.world.run_for(40s);
  EXPECT_TRUE(call.over());
  EXPECT_FALSE(call.verdict().answered);
  EXPECT_EQ(call.verdict().ended, "timeout");
  EXPECT_FALSE(two.alice->registered());
}

TEST(Verdict, IsOneJsonObject) {
  Verdict verdict;
  verdict.ended = "say \"bye\"";
  verdict.tones = {{440, 0.5}};
  const auto json = verdict.json();
  EXPECT_NE(json.find(R"("ended":"say \"bye\"")"), std::string::npos);
  EXPECT_NE(json.find(R"("tones":[{"hz":440.0,"share":0.500}])"), std::string::npos);
  EXPECT_NE(json.find(R"("echo_delay_ms":null)"), std::string::npos);
}

TEST(PhoneCommand, SaysWhatIsWrongWithItsOptions) {
  CommandOptions options;
  EXPECT_TRUE(parse(options));
  options.server = "[::1]:5080";
  ASSERT_TRUE(parse(options));
  EXPECT_EQ(parse(options)->local.ip.family, base::Family::ipv6);
  options.server = "192.0.2.1";
  EXPECT_FALSE(parse(options));
  options.local = "192.0.2.2";
  EXPECT_EQ(parse(options)->server.port, 5060);
  options.codecs = "NOSUCH";
  EXPECT_FALSE(parse(options));
  options.codecs = "PCMA";
  options.reject = 200;
  EXPECT_FALSE(parse(options));
  options.server = "example.com";
  EXPECT_FALSE(parse(options));
}

}  // namespace
}  // namespace phone
