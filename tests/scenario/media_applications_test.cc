// tests/scenario/media_applications_test.cc - what a caller hears, says and types in the media applications: whole
// server, whole phone, virtual time.
#include <gtest/gtest.h>

#include <filesystem>

#include "audio/file.h"
#include "phone/proof.h"
#include "tests/scenario/fixture.h"

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

/// Keeps the variables of legs that are gone.
struct Remembering : call::Observer {
  std::map<std::string, std::string> variables;
  void on_hangup(const call::Leg& leg) override {
    if (leg.direction() != call::Direction::inbound) return;
    leg.variables().for_each([&](std::string_view name, std::string_view value) { variables[std::string{name}] = value; });
  }
};

/// One caller, one dialplan of actions for any number.
struct Caller {
  scenario::House house;
  sim::Host& host;
  Remembering remembering;
  std::unique_ptr<phone::Phone> phone;

  explicit Caller(const std::string& actions)
      : house{"<extension name=\"all\"><condition field=\"destination_number\" expression=\"^9\\d+$\">" + actions +
              "</condition></extension><extension name=\"after\"><condition field=\"destination_number\" expression=\"^after$\">"
              "<action application=\"set\" data=\"went_after=true\"/><action application=\"hangup\"/></condition></extension>"},
        host{house.world.add_host("alice", {scenario::alice_ip})} {
    for (std::uint16_t id = 0; id < house.server->count(); ++id) house.server->at(id).calls.add_observer(remembering);
    phone::Options options;
    options.account = {"alice", "wonderland", {}, {}};
    options.local = {scenario::alice_ip, 5060};
    options.server = house.address();
    phone = std::make_unique<phone::Phone>(host.shard(), options);
    EXPECT_TRUE(phone->open());
  }
  phone::Verdict call(phone::Script script, base::Duration run = 20s) {
    auto& made = phone->dial("9000", std::move(script));
    house.world.run_for(run);
    made.hang_up();
    house.world.run_for(1s);
    return made.verdict();
  }
  /// Types and answers what a variable held at the end.
  std::string type(const std::string& digits, const std::string& variable, base::Duration after = 500ms) {
    remembering.variables.clear();
    phone::Script script;
    script.digits = digits;
    script.digits_after = after;
    call(script);
    return remembering.variables[variable];
  }
  std::string variable(const std::string& name) { return remembering.variables[name]; }
};

std::string action(const std::string& name, const std::string& data) {
  return "<action application=\"" + name + "\" data=\"" + data + "\"/>";
}

phone::Script hearing(base::Duration hang_up_after) {
  phone::Script script;
  script.hang_up_after = hang_up_after;
  return script;
}

fs::path temporary(const std::string& name) {
  const auto path = fs::temp_directory_path() / ("ahoy_scenario_" + std::to_string(::getpid()) + "_" + name);
  fs::remove(path);
  return path;
}

void write_tone(const fs::path& path, double hz, double seconds) {
  auto source = audio::open_source("tone_stream://%(" + std::to_string(static_cast<int>(seconds * 1'000)) + ",0," +
                                       std::to_string(static_cast<int>(hz)) + ")",
                                   8'000, *std::make_unique<base::Random>(1));
  auto file = audio::FileWriter::create(path, 8'000);
  file->write(audio::read_all(**source, 1'000'000));
}

}  // namespace

TEST(MediaApplications, RCP_07_EchoAndDelayedEcho) {
  phone::Script script;
  script.play = "silence_stream://6000,4";  // noise
  script.hang_up_after = 5s;
  Caller echo{action("answer", "") + action("echo", "")};
  const auto at_once = echo.call(script);
  ASSERT_TRUE(at_once.echo_delay) << at_once.text();
  EXPECT_LT(*at_once.echo_delay, 150ms);
  Caller delayed{action("answer", "") + action("delay_echo", "1500")};
  const auto later = delayed.call(script);
  ASSERT_TRUE(later.echo_delay) << later.text();
  EXPECT_NEAR(static_cast<double>((*later.echo_delay - *at_once.echo_delay).count()), 1.5e6, 1e5);
  delayed.house.expect_nothing_left();
}

TEST(MediaApplications, APP_69_PlaybackOfTonesSilenceAndLoops) {
  Caller caller{action("answer", "") + action("playback", "{loops=3}tone_stream://%(500,0,600)") +
                action("set", "first=${playback_ms}") + action("playback", "silence_stream://250") + action("hangup", "")};
  const auto verdict = caller.call({});
  EXPECT_EQ(verdict.ended, "bye");
  EXPECT_NEAR(static_cast<double>(verdict.talked.count()), 1.75e6, 1e5);
  EXPECT_GT(verdict.share_of(600), 0.7) << verdict.text();
  EXPECT_EQ(caller.variable("first"), "1500");
  EXPECT_EQ(caller.variable("playback_samples"), "2000");
  EXPECT_EQ(caller.variable("playback_terminator_used"), "");
}

TEST(MediaApplications, APP_69_PlaybackOfFilesUnderThePrefixAndFromASample) {
  const auto path = temporary("prompt.wav");
  write_tone(path, 500, 2);
  Caller caller{action("answer", "") + action("set", "sound_prefix=" + path.parent_path().string()) +
                action("playback", path.filename().string()) + action("set", "whole=${playback_samples}") +
                action("playback", path.string() + "@@8000") + action("set", "part=${playback_samples}") +
                action("playback", path.stem().string()) + action("set", "response=${current_application_response}") +
                action("playback", "/nowhere.wav") + action("set", "missing=${current_application_response}") +
                action("playback", "") + action("set", "empty=${current_application_response}") + action("hangup", "")};
  const auto verdict = caller.call({});
  EXPECT_EQ(caller.variable("whole"), "16000");
  EXPECT_EQ(caller.variable("part"), "8000");
  EXPECT_EQ(caller.variable("response"), "FILE PLAYED");
  EXPECT_EQ(caller.variable("missing"), "FILE NOT FOUND");
  EXPECT_EQ(caller.variable("empty"), "PLAYBACK ERROR");
  EXPECT_GT(verdict.share_of(500), 0.8) << verdict.text();
  fs::remove(path);
}

TEST(MediaApplications, APP_69_TerminatorsEndPlayback) {
  Caller caller{action("answer", "") + action("set", "playback_terminators=#5") +
                action("playback", "tone_stream://%(10000,0,600)") + action("hangup", "")};
  EXPECT_EQ(caller.type("12#", "playback_terminator_used"), "#");
  EXPECT_LT(std::stol(caller.variable("playback_ms")), 2'500);
  EXPECT_GT(std::stol(caller.variable("playback_ms")), 700);
  EXPECT_EQ(caller.variable("playback_seconds"), std::to_string(std::stol(caller.variable("playback_ms")) / 1'000));
  Caller none{action("answer", "") + action("set", "playback_terminators=none") +
              action("playback", "tone_stream://%(3000,0,600)") + action("hangup", "")};
  EXPECT_EQ(none.type("12#*", "playback_terminator_used"), "");
  EXPECT_EQ(none.variable("playback_ms"), "3000");
}

TEST(MediaApplications, APP_28_APP_55_EndlessAndCounted) {
  Caller endless{action("answer", "") + action("endless_playback", "tone_stream://%(300,0,600)")};
  const auto on = endless.call(hearing(8s));
  EXPECT_EQ(on.ended, "hung up");
  EXPECT_GT(on.share_of(600), 0.9);
  Caller counted{action("answer", "") + action("loop_playback", "+4 tone_stream://%(300,0,600)") + action("hangup", "")};
  EXPECT_NEAR(static_cast<double>(counted.call({}).talked.count()), 1.2e6, 1e5);
  Caller nothing{action("answer", "") + action("loop_playback", "")};
  nothing.call({});
  EXPECT_EQ(nothing.variable("hangup_cause"), "DESTINATION_OUT_OF_ORDER");
}

TEST(MediaApplications, GentonesPlaysTonesWithLoops) {
  Caller caller{action("answer", "") + action("gentones", "%(400,100,350,440)|3") + action("hangup", "")};
  const auto verdict = caller.call({});
  EXPECT_NEAR(static_cast<double>(verdict.talked.count()), 1.5e6, 1e5);
  EXPECT_GT(verdict.share_of(350), 0.5) << verdict.text();
  EXPECT_GT(verdict.share_of(440), 0.5);
}

TEST(MediaApplications, EarlyMediaWithoutAnswer) {
  Caller caller{action("playback", "tone_stream://%(2000,0,600)") + action("hangup", "USER_BUSY")};
  const auto verdict = caller.call({});
  EXPECT_FALSE(verdict.answered);
  EXPECT_EQ(verdict.status, 486);
  EXPECT_GT(verdict.share_of(600), 0.9) << verdict.text();
}

TEST(MediaApplications, RCP_08_RecordAndPlayBack) {
  const auto path = temporary("record.wav");
  Caller caller{action("answer", "") + action("set", "playback_terminators=#") + action("record", path.string() + " 20") +
                action("set", "used=${playback_terminator_used}") + action("playback", path.string()) + action("hangup", "")};
  phone::Script script;
  script.play = "tone_stream://%(4000,0,800)";
  script.digits = "#";
  script.digits_after = 3s;
  const auto verdict = caller.call(script);
  EXPECT_EQ(caller.variable("used"), "#");
  EXPECT_NEAR(std::stod(caller.variable("record_ms")), 3'100, 200);
  EXPECT_EQ(caller.variable("record_seconds"), "3");
  EXPECT_EQ(caller.variable("record_samples"), std::to_string(std::stol(caller.variable("record_ms")) * 8));
  EXPECT_EQ(caller.variable("silence_hits_exhausted"), "false");
  EXPECT_GT(verdict.share_of(800), 0.4) << verdict.text();
  fs::remove(path);
}

TEST(MediaApplications, RecordEndsBySilenceLimitAndRefusal) {
  const auto path = temporary("silence.wav");
  Caller silent{action("answer", "") + action("record", path.string() + " 60 200 2") + action("hangup", "")};
  silent.call({}, 10s);
  EXPECT_EQ(silent.variable("silence_hits_exhausted"), "true");
  EXPECT_EQ(silent.variable("record_seconds"), "2");
  Caller limited{action("answer", "") + action("record", path.string() + " +1") + action("hangup", "")};
  limited.call({}, 10s);
  EXPECT_EQ(limited.variable("record_ms"), "1000");
  Caller refused{action("answer", "") + action("record", "/proc/no/file.wav") + action("hangup", "")};
  refused.call({}, 10s);
  EXPECT_EQ(refused.variable("hangup_cause"), "DESTINATION_OUT_OF_ORDER");
  fs::remove(path);
}

TEST(MediaApplications, ARecordingSurvivesTheHangUp) {
  const auto path = temporary("hangup.wav");
  Caller caller{action("answer", "") + action("record", path.string())};
  caller.call(hearing(3s));
  const auto clip = audio::load_clip(path, 8'000, 1'000'000);
  ASSERT_TRUE(clip);
  EXPECT_NEAR(static_cast<double>((*clip)->size()), 24'000, 800);
  fs::remove(path);
}

TEST(MediaApplications, APP_75_ReadTakesDigits) {
  const auto read = [](const std::string& data) {
    return std::make_unique<Caller>(action("answer", "") + action("read", data) + action("hangup", ""));
  };
  auto tone = read("2 4 tone_stream://%(5000,0,600) x 3000 #");
  EXPECT_EQ(tone->type("12#", "x"), "12");
  EXPECT_EQ(tone->variable("read_result"), "success");
  EXPECT_EQ(tone->variable("read_terminator_used"), "#");
  EXPECT_EQ(tone->type("123456", "x"), "1234");
  EXPECT_EQ(tone->type("1#", "x"), "1");
  EXPECT_EQ(tone->variable("read_result"), "failure");
  EXPECT_EQ(tone->type("12", "x"), "12");
  EXPECT_EQ(tone->variable("read_result"), "timeout");
  EXPECT_EQ(tone->type("", "x"), "");
  EXPECT_EQ(tone->variable("read_result"), "failure");
  EXPECT_EQ(read("1 4 silence x 3000 +#")->type("12#", "x"), "12#");
  auto needed = read("1 4 silence x 3000 =#");
  EXPECT_EQ(needed->type("12", "x"), "12");
  EXPECT_EQ(needed->variable("read_result"), "failure");
  auto restarts = read("1 4 silence x 3000 x#");
  EXPECT_EQ(restarts->type("12#", "x"), "12#");
  EXPECT_EQ(restarts->variable("read_result"), "failure");
  EXPECT_EQ(read("1 1 silence x 3000 #")->type("#", "x"), "");
  auto missing = read("1 4 /nowhere.wav x 3000 #");
  EXPECT_EQ(missing->type("12#", "x"), "");
  EXPECT_EQ(missing->variable("read_result"), "");
}

TEST(MediaApplications, PlayAndGetDigitsAsksAgain) {
  const std::string question = "2 3 3 2000 # tone_stream://%(300,0,600) tone_stream://%(300,0,900) x ^4\\d+$ 1000";
  Caller caller{action("answer", "") + action("play_and_get_digits", question) + action("hangup", "")};
  EXPECT_EQ(caller.type("42#", "x"), "42");
  EXPECT_EQ(caller.variable("read_result"), "success");
  EXPECT_EQ(caller.type("12#WWW47#", "x"), "47");
  EXPECT_EQ(caller.variable("x_invalid"), "12");
  EXPECT_EQ(caller.type("42", "x"), "42");  // Enough when the time is over.
  EXPECT_EQ(caller.type("", "x"), "");
  EXPECT_EQ(caller.variable("read_result"), "failure");
  Caller moved{action("answer", "") + action("play_and_get_digits", "1 1 1 2000 # silence silence x ^4$ 1000 'after XML default'") +
               action("set", "went_on=true")};
  EXPECT_EQ(moved.type("5", "went_after"), "true");
  EXPECT_EQ(moved.variable("x_invalid"), "5");
  EXPECT_EQ(moved.variable("went_on"), "");
}

TEST(MediaApplications, SendDtmfIsHeard) {
  Caller caller{action("answer", "") + action("send_dtmf", "1w2@200+34") + action("sleep", "4000") + action("hangup", "")};
  EXPECT_EQ(caller.call({}).digits, "1234");
}

TEST(MediaApplications, QueuedAndFlushedDigits) {
  Caller caller{action("answer", "") + action("queue_dtmf", "77") + action("flush_dtmf", "") + action("queue_dtmf", "42#") +
                action("read", "1 5 silence x 2000 #") + action("hangup", "")};
  EXPECT_EQ(caller.type("", "x"), "42");
}

TEST(Phone, REG_01_RegistersWithDigestRefreshesAndUnregisters) {
  Caller caller{action("answer", "")};
  auto& phone = *caller.phone;
  phone.register_now();
  caller.house.world.run_for(1s);
  EXPECT_TRUE(phone.registered());
  std::size_t bindings = 0;
  const auto count = [&] {
    bindings = 0;
    for (std::uint16_t id = 0; id < caller.house.server->count(); ++id)
      bindings += caller.house.server->at(id).location.local().count();
    return bindings;
  };
  EXPECT_EQ(count(), 1U);
  caller.house.world.run_for(2h);
  EXPECT_TRUE(phone.registered());
  EXPECT_EQ(count(), 1U);
  phone.unregister();
  caller.house.world.run_for(1s);
  EXPECT_FALSE(phone.registered());
  EXPECT_EQ(count(), 0U);
}

TEST(Phone, AWrongPasswordIsToldOnce) {
  Caller caller{action("answer", "")};
  phone::Options options;
  options.account = {"alice", "wrong", {}, {}};
  options.local = {scenario::alice_ip, 5070};
  options.server = caller.house.address();
  phone::Phone phone{caller.host.shard(), options};
  ASSERT_TRUE(phone.open());
  int told = 0;
  phone.on_registration = [&](phone::Phone&) { ++told; };
  phone.register_now();
  caller.house.world.run_for(5s);
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(phone.registered());
  EXPECT_GE(phone.registration_status(), 400);
}

TEST(Phone, TheProofPassesAndSaysWhatFails) {
  scenario::House house{R"(<extension name="users"><condition field="destination_number" expression="^(alice|bob)$">
<action application="bridge" data="user/$1@10.0.0.1"/></condition></extension>)"};
  auto& host = house.world.add_host("proof", {scenario::alice_ip});
  phone::ProofOptions options;
  options.server = house.address();
  options.local = scenario::alice_ip;
  options.caller = {"alice", "wonderland", {}, {}};
  options.callee = {"bob", "builder", {}, {}};
  const auto prove = [&] {
    std::optional<phone::ProofResult> result;
    phone::Proof proof{host.shard(), options, [&](const phone::ProofResult& told) { result = told; }};
    house.world.run_for(20s);
    return result.value_or(phone::ProofResult{false, "never told", {}, {}});
  };
  const auto good = prove();
  EXPECT_TRUE(good.passed) << good.sentence << '\n' << good.caller.text() << good.callee.text();
  options.callee.password = "wrong";
  const auto refused = prove();
  EXPECT_FALSE(refused.passed);
  EXPECT_NE(refused.sentence.find("refused a registration"), std::string::npos) << refused.sentence;
  house.server.reset();
  EXPECT_NE(prove().sentence.find("no registration"), std::string::npos);
}
