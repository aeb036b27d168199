// audio/tones_test.cc - TGML to sound, measured.
#include "audio/tones.h"

#include <gtest/gtest.h>

#include "audio/tone_meter.h"

namespace audio {
namespace {

using Reason = ToneError::Reason;

std::vector<std::int16_t> play(std::string_view tgml, std::uint32_t rate = 8'000, std::size_t max = 80'000) {
  auto script = ToneScript::parse(tgml);
  EXPECT_TRUE(script) << tgml;
  if (!script) return {};
  Tones tones{*script, rate};
  return read_all(tones, max);
}

ToneError error_of(std::string_view tgml) {
  const auto script = ToneScript::parse(tgml);
  EXPECT_FALSE(script) << tgml;
  return script ? ToneError{} : script.error();
}

TEST(Tgml, RingTonesOfVars) {
  const auto us = ToneScript::parse("%(2000,4000,440,480)");
  ASSERT_TRUE(us);
  ASSERT_EQ(us->segments.size(), 1u);
  EXPECT_EQ(us->segments[0].on_ms, 2'000);
  EXPECT_EQ(us->segments[0].off_ms, 4'000);
  EXPECT_EQ(us->segments[0].frequencies, (std::vector<double>{440, 480}));
  EXPECT_EQ(us->segments[0].level_dbm0, -7);
  const auto uk = ToneScript::parse("v=-13;%(400,200,400,450);%(400,2000,400,450)");
  ASSERT_TRUE(uk);
  EXPECT_EQ(uk->segments.size(), 2u);
  EXPECT_EQ(uk->segments[1].level_dbm0, -13);
  const auto sit = ToneScript::parse("%(274,0,913.8);%(274,0,1370.6);%(380,0,1776.7)");
  ASSERT_TRUE(sit);
  EXPECT_EQ(sit->segments[1].frequencies[0], 1'370.6);
}

TEST(Tgml, EveryStatement) {
  const auto script = ToneScript::parse(" v=-20 ; d=150;w=50; l=3; L=-1; >=10; +=2; r=8000; c=1\n%(10,20,300) 5 \t#(30,40)");
  ASSERT_TRUE(script) << script.error().position;
  EXPECT_EQ(script->loops, -1);
  ASSERT_EQ(script->segments.size(), 3u);
  for (const auto& s : script->segments) {
    EXPECT_EQ(s.times, 3);
    EXPECT_EQ(s.level_dbm0, -20);
    EXPECT_EQ(s.fade_step_ms, 10);
    EXPECT_EQ(s.fade_db, -2);
  }
  EXPECT_EQ(script->segments[1].on_ms, 150);
  EXPECT_EQ(script->segments[1].off_ms, 50);
  EXPECT_EQ(script->segments[2].on_ms, 30);
  EXPECT_EQ(script->segments[2].off_ms, 40);
}

TEST(Tgml, Defaults) {
  const auto script = ToneScript::parse("1");
  EXPECT_EQ(script->segments[0].on_ms, 2'000);
  EXPECT_EQ(script->segments[0].off_ms, 500);
}

TEST(Tgml, ErrorsHavePositions) {
  const std::tuple<const char*, Reason, std::size_t> cases[]{
      {"x", Reason::unknown_character, 0},      {"%(100,100,440);?", Reason::unknown_character, 15},
      {"q=1", Reason::unknown_character, 0},    {"v=x", Reason::bad_number, 2},
      {"v=5", Reason::out_of_range, 0},         {"v=-64", Reason::out_of_range, 0},
      {"%100", Reason::bad_tone, 1},            {"%(100", Reason::bad_tone, 5},
      {"%(100,100)", Reason::bad_tone, 10},     {"%(100,100,440", Reason::bad_tone, 13},
      {"%(-1,100,440)", Reason::out_of_range, 2}, {"%(1,100,99999)", Reason::out_of_range, 8},
      {"%(a,1,1)", Reason::bad_number, 2},      {"5(1)", Reason::bad_tone, 3},
  };
  for (const auto& [tgml, reason, position] : cases) {
    EXPECT_EQ(error_of(tgml).reason, reason) << tgml;
    EXPECT_EQ(error_of(tgml).position, position) << tgml;
  }
}

TEST(Tgml, Limits) {
  EXPECT_EQ(error_of(std::string(max_tone_text + 1, ' ')).reason, Reason::too_long);
  EXPECT_EQ(error_of(std::string(max_tone_segments + 1, '1')).reason, Reason::too_many_tones);
  EXPECT_TRUE(ToneScript::parse(std::string(max_tone_segments, '1')));
  std::string many = "%(1,1";
  for (std::size_t i = 0; i < max_tone_frequencies; ++i) many += ",400";
  EXPECT_TRUE(ToneScript::parse(many + ")"));
  EXPECT_EQ(error_of(many + ",400)").reason, Reason::too_many_frequencies);
}

TEST(Tones, APP_39_FrequenciesAndLevels) {
  const auto samples = play("%(1000,0,440,480)");
  ASSERT_EQ(samples.size(), 8'000u);
  ToneMeter meter{8'000, std::chrono::milliseconds{100}};
  meter.put(samples);
  EXPECT_GT(meter.share(440, 0.3), 0.9);
  EXPECT_GT(meter.share(480, 0.3), 0.9);
  EXPECT_EQ(meter.share(620, 0.3), 0);
  EXPECT_NEAR(tone_level_dbm0(samples, 440, 8'000), -7, 0.3);
  EXPECT_NEAR(tone_level_dbm0(samples, 480, 8'000), -7, 0.3);
  EXPECT_NEAR(level_dbm0(samples), -4, 0.3) << "two tones are 3 dB more";
}

TEST(Tones, LevelsFollowTheStatement) {
  for (const int v : {0, -10, -20, -40}) {
    const auto samples = play("v=" + std::to_string(v) + ";%(500,0,1000)");
    EXPECT_NEAR(level_dbm0(samples), v, 0.1);
  }
}

TEST(Tones, AtEveryRateTheSame) {
  for (const std::uint32_t rate : {8'000u, 16'000u, 24'000u, 32'000u, 44'100u, 48'000u}) {
    const auto samples = play("%(500,500,1000)", rate, rate);
    ASSERT_EQ(samples.size(), rate);
    EXPECT_NEAR(tone_level_dbm0(std::span{samples}.first(rate / 2), 1'000, rate), -7, 0.2);
    EXPECT_EQ(rms(std::span{samples}.last(rate / 2)), 0);
  }
}

TEST(Tones, CadenceToTheSample) {
  const auto samples = play("%(100,50,400);%(25,25,800)");
  ASSERT_EQ(samples.size(), 1'600u);
  const std::span all{samples};
  EXPECT_GT(level_dbm0(all.subspan(0, 800)), -10);
  EXPECT_EQ(rms(all.subspan(800, 400)), 0);
  EXPECT_GT(level_dbm0(all.subspan(1'200, 200)), -10);
  EXPECT_EQ(rms(all.subspan(1'400, 200)), 0);
}

TEST(Tones, LoopsOfATonesAndOfTheWhole) {
  EXPECT_EQ(play("l=3;%(10,10,400)").size(), 480u);
  EXPECT_EQ(play("L=4;%(10,10,400)").size(), 640u);
  EXPECT_EQ(play("L=2;l=3;%(10,10,400)").size(), 960u);
  EXPECT_EQ(play("l=2;%(10,0,400);l=1;%(5,0,400)").size(), 200u);
  EXPECT_EQ(play("L=-1;%(10,10,400)").size(), 80'000u);
  EXPECT_EQ(play("l=-1;%(10,10,400)").size(), 80'000u);
}

TEST(Tones, NothingToPlayEnds) {
  EXPECT_TRUE(play("").empty());
  EXPECT_TRUE(play("L=-1").empty());
  EXPECT_TRUE(play("L=-1;%(0,0,400)").empty());
}

TEST(Tones, Fading) {
  const auto samples = play("v=0;>=100;+=6;%(1000,0,1000)");
  const std::span all{samples};
  EXPECT_NEAR(level_dbm0(all.subspan(0, 800)), 0, 0.3);
  EXPECT_NEAR(level_dbm0(all.subspan(800, 800)), -6, 0.5);
  EXPECT_NEAR(level_dbm0(all.subspan(3'200, 800)), -24, 0.5);
  const auto up = play("v=-30;<=100;+=10;%(500,0,1000)");
  EXPECT_NEAR(level_dbm0(std::span{up}.subspan(3'300, 700)), 0, 0.5) << "not above 0";
}

TEST(Tones, T_09_DtmfPairsWith852InTheThirdRow) {
  const std::tuple<char, double, double> table[]{{'1', 697, 1'209}, {'2', 697, 1'336}, {'3', 697, 1'477}, {'A', 697, 1'633},
                                                 {'4', 770, 1'209}, {'6', 770, 1'477}, {'B', 770, 1'633}, {'7', 852, 1'209},
                                                 {'8', 852, 1'336}, {'9', 852, 1'477}, {'C', 852, 1'633}, {'*', 941, 1'209},
                                                 {'0', 941, 1'336}, {'#', 941, 1'477}, {'D', 941, 1'633}};
  for (const auto& [digit, low, high] : table) {
    const auto samples = play("d=200;w=0;" + std::string(1, digit));
    EXPECT_NEAR(tone_level_dbm0(samples, low, 8'000), -7, 0.3) << digit;
    EXPECT_NEAR(tone_level_dbm0(samples, high, 8'000), -7, 0.3) << digit;
  }
  EXPECT_EQ(dtmf_pair('x').low, 0);
  EXPECT_EQ(dtmf_script("1x2").segments.size(), 2u);
}

TEST(Tones, SeveralFullScaleTonesSaturate) {
  const auto samples = play("v=0;%(200,0,300,600,900,1200)");
  EXPECT_EQ(*std::max_element(samples.begin(), samples.end()), 32'767);
}

TEST(Tones, FrequenciesAboveHalfTheRateAreLeftOut) {
  const auto samples = play("%(200,0,5000)");
  EXPECT_EQ(samples.size(), 1'600u);
  EXPECT_EQ(rms(samples), 0);
}

}  // namespace
}  // namespace audio
