// audio/detector_test.cc - levels, tone meter, DTMF, silence, alignment, concealment.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "audio/align.h"
#include "audio/concealer.h"
#include "audio/dtmf.h"
#include "audio/file.h"
#include "audio/level.h"
#include "audio/tone_meter.h"
#include "audio/tones.h"
#include "codec/codec.h"
#include "codec/g711.h"
#include "tests/support/pcap.h"

namespace audio {
namespace {

using namespace std::chrono_literals;
using Samples = std::vector<std::int16_t>;

Samples tone(double hz, double dbm0, std::size_t n, std::uint32_t rate = 8'000, double phase = 0) {
  Samples out(n);
  const double a = amplitude_of_dbm0(dbm0);
  for (std::size_t i = 0; i < n; ++i)
    out[i] = static_cast<std::int16_t>(std::lround(a * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate + phase)));
  return out;
}

Samples noise(std::size_t n, double peak, std::uint64_t seed = 1) {
  base::Random random{seed};
  Samples out(n);
  for (auto& s : out) s = static_cast<std::int16_t>((static_cast<double>(random.u32()) / 4'294'967'296.0 * 2 - 1) * peak);
  return out;
}

/// Something like a voice: harmonics of a wandering pitch under a syllable's envelope.
Samples voice(std::size_t n, std::uint32_t rate = 8'000) {
  Samples out(n);
  double phase = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double t = static_cast<double>(i) / rate;
    phase += 2 * std::numbers::pi * (120 + 15 * std::sin(5 * t)) / rate;
    double s = 0;
    for (int h = 1; h < 12; ++h) s += std::sin(h * phase) / h;
    out[i] = static_cast<std::int16_t>(5'000 * s * (0.6 + 0.4 * std::sin(9 * t)));
  }
  return out;
}

TEST(Level, KnownSignals) {
  EXPECT_NEAR(level_dbfs(Samples(100, 32'767)), 0, 0.01);
  EXPECT_NEAR(level_dbfs(tone(1'000, 3.14, 8'000)), -3.01, 0.01);
  EXPECT_NEAR(level_dbm0(tone(1'000, 0, 8'000)), 0, 0.01);
  EXPECT_NEAR(level_dbm0(tone(1'000, -30, 8'000)), -30, 0.05);
  EXPECT_EQ(level_dbfs(Samples(100)), silence_dbfs);
  EXPECT_EQ(level_dbfs({}), silence_dbfs);
  EXPECT_EQ(mean_magnitude(Samples{-4, 4, -8}), 16.0 / 3);
}

TEST(Level, MixingAndGainSaturate) {
  Samples a{30'000, -30'000, 5};
  mix_into(a, Samples{10'000, -10'000});
  EXPECT_EQ(a, (Samples{32'767, -32'768, 5}));
  apply_gain(a, -6.0206);
  EXPECT_EQ(a, (Samples{16'383, -16'384, 2}));
  apply_gain(a, 40);
  EXPECT_EQ(a[0], 32'767);
  EXPECT_EQ(interleave(Samples{1, 2}, Samples{3}), (Samples{1, 3, 2, 0}));
}

TEST(SilenceDetector, RunsOfSilenceAndTalking) {
  SilenceDetector detector{8'000};
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(detector.on_frame(noise(160, 100)));
  EXPECT_EQ(detector.silent_for(), 200ms);
  EXPECT_FALSE(detector.on_frame(tone(500, -10, 160)));
  EXPECT_EQ(detector.talking_for(), 20ms);
  EXPECT_EQ(detector.silent_for(), 0ms);
}

TEST(ToneMeter, FindsTheDominantFrequencies) {
  ToneMeter meter{8'000};
  auto samples = tone(480, -10, 8'000);
  mix_into(samples, tone(620, -10, 8'000));
  meter.put(samples);
  meter.put(Samples(8'000));
  auto found = meter.dominant(2);
  std::sort(found.begin(), found.end());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_NEAR(found[0], 480, 13);
  EXPECT_NEAR(found[1], 620, 13);
  EXPECT_NEAR(meter.share(480, 0.3), 0.5, 0.03);
  EXPECT_NEAR(meter.share(620, 0.3), 0.5, 0.03);
  EXPECT_EQ(meter.share(1'000, 0.3), 0);
}

TEST(ToneMeter, FramesSayLevelAndPeak) {
  for (const double hz : {100.0, 440.0, 1'004.0, 2'100.0, 3'400.0}) {
    ToneMeter meter{8'000};
    meter.put(tone(hz, -12, 1'600));
    for (std::size_t i = 0; i < meter.frames(); ++i) {
      const auto frame = meter.frame(i);
      EXPECT_NEAR(frame.peak_hz, hz, 4) << hz;
      EXPECT_NEAR(frame.dbm0, -12, 0.6) << hz;
      EXPECT_GT(frame.peak_part, 0.85) << hz;
    }
  }
}

TEST(ToneMeter, NoiseAndSilenceHaveNoTone) {
  ToneMeter meter{8'000};
  meter.put(noise(8'000, 8'000));
  EXPECT_LT(meter.share(1'000), 0.05);
  ToneMeter silent{8'000};
  silent.put(Samples(8'000));
  EXPECT_EQ(silent.share(1'000), 0);
  EXPECT_TRUE(silent.dominant(3).empty());
  EXPECT_EQ(ToneMeter{8'000}.share(440), 0);
}

TEST(ToneMeter, TheMilliwattCaptureIs1004HzAtMinusSeven) {
  const auto path = test::shared_file("media/freeswitch/milliwatt.pcmu.rtp.pcap");
  if (!path) GTEST_SKIP() << "media/freeswitch is not here";
  ToneMeter meter{8'000};
  for (const auto& d : test::PcapReader{*path}.datagrams()) {
    if (d.bytes.size() <= 12 || (d.bytes[1] & 0x7f) != 0) continue;
    Samples samples;
    codec::find("PCMU")->create()->decode(base::Bytes{d.bytes}.subspan(12), samples);
    meter.put(samples);
  }
  ASSERT_GT(meter.frames(), 50u);
  const auto main = meter.dominant(1);
  ASSERT_EQ(main.size(), 1u);
  EXPECT_NEAR(main[0], 1'004, 13);
  EXPECT_GT(meter.share(main[0]), 0.9);
  EXPECT_NEAR(meter.level_dbm0(), -7, 0.2) << "the reference generator's default level";
}

std::string detected(std::span<const std::int16_t> samples, std::uint32_t rate = 8'000) {
  DtmfDetector detector{rate};
  detector.put(samples);
  detector.put(Samples(rate / 10));
  std::string out;
  for (const auto& digit : detector.take()) out += digit.digit;
  return out;
}

Samples played(const ToneScript& script, std::uint32_t rate = 8'000) {
  Tones tones{script, rate};
  return read_all(tones, 10'000'000);
}

TEST(Dtmf, APP_109_EveryDigitAtEveryRate) {
  const std::string all = "1234567890*#ABCD1122";
  for (const std::uint32_t rate : {8'000u, 16'000u, 48'000u})
    EXPECT_EQ(detected(played(dtmf_script(all, 80, 60), rate), rate), all) << rate;
}

TEST(Dtmf, APP_109_LevelsAndDurations) {
  for (const double level : {-3.0, -10.0, -20.0, -30.0}) EXPECT_EQ(detected(played(dtmf_script("159D", 100, 100, level))), "159D") << level;
  EXPECT_EQ(detected(played(dtmf_script("159", 100, 100, -40))), "") << "too faint";
  for (const double on : {45.0, 60.0, 500.0}) EXPECT_EQ(detected(played(dtmf_script("0123456789", on, 50))), "0123456789") << on;
  EXPECT_EQ(detected(played(dtmf_script("0123456789", 18, 50))), "") << "too short";
  DtmfDetector detector{8'000};
  detector.put(played(dtmf_script("5", 300, 100)));
  EXPECT_NEAR(static_cast<double>(detector.take().at(0).duration.count()), 300'000, 30'000);
}

TEST(Dtmf, Twist) {
  const auto pair = [](double low_db, double high_db) {
    auto s = tone(770, low_db, 1'600);
    mix_into(s, tone(1'336, high_db, 1'600));
    return s;
  };
  EXPECT_EQ(detected(pair(-16, -10)), "5");
  EXPECT_EQ(detected(pair(-10, -14)), "5");
  EXPECT_EQ(detected(pair(-20, -8)), "");
  EXPECT_EQ(detected(pair(-8, -20)), "");
}

TEST(Dtmf, NoiseAndCompandingDoNotHarm) {
  auto samples = played(dtmf_script("0123456789*#", 80, 80, -10));
  mix_into(samples, noise(samples.size(), 1'000));
  for (auto& s : samples) s = codec::from_ulaw(codec::to_ulaw(s));
  EXPECT_EQ(detected(samples), "0123456789*#");
}

TEST(Dtmf, WhatIsNoDigit) {
  EXPECT_EQ(detected(noise(80'000, 20'000)), "");
  EXPECT_EQ(detected(voice(160'000)), "");
  for (double hz = 300; hz < 3'400; hz += 37) EXPECT_EQ(detected(tone(hz, -5, 1'600)), "") << hz;
  EXPECT_EQ(detected(played(*ToneScript::parse("%(1000,0,440,480);%(1000,0,350,440);%(1000,0,480,620)"))), "");
}

TEST(Dtmf, SpeechIsNoDigit) {
  base::Random random{1};
  for (const char* name : {"media/freeswitch/hi.wav", "media/asterisk-testsuite/talking.wav", "media/spandsp/short_nb_voice.wav",
                           "media/restcomm/dtmf0.wav", "media/restcomm/dtmf_welcome.wav", "media/restcomm/star.wav",
                           "media/restcomm/record_welcome.wav", "media/freeswitch/vm-record_message.wav"}) {
    const auto path = test::shared_file(name);
    if (!path) GTEST_SKIP() << name << " is not here";
    auto source = open_source(path->string(), 8'000, random);
    ASSERT_TRUE(source) << name;
    EXPECT_EQ(detected(read_all(**source, 800'000)), "") << name;
  }
}

TEST(Align, FindsLagLevelAndSign) {
  const auto reference = voice(16'000);
  for (const std::ptrdiff_t lag : {0, 1, 37, 800, 3'000}) {
    Samples heard(static_cast<std::size_t>(lag));
    heard.insert(heard.end(), reference.begin(), reference.end());
    apply_gain(heard, -6);
    const auto found = align(reference, heard, 4'000);
    EXPECT_EQ(found.lag_samples, lag);
    EXPECT_GT(found.correlation, 0.99);
    EXPECT_NEAR(found.level_db, -6, 0.05);
    EXPECT_EQ(align(heard, reference, 4'000).lag_samples, -lag);
  }
}

TEST(Align, SurvivesCompandingAndNoise) {
  const auto reference = voice(16'000);
  Samples heard = noise(480, 100);
  for (const auto s : reference) heard.push_back(codec::from_alaw(codec::to_alaw(s)));
  mix_into(heard, noise(heard.size(), 300));
  const auto found = align(reference, heard, 1'000);
  EXPECT_EQ(found.lag_samples, 480);
  EXPECT_GT(found.correlation, 0.98);
}

TEST(Align, StrangersDoNotCorrelate) {
  EXPECT_LT(std::abs(align(noise(16'000, 9'000, 1), noise(16'000, 9'000, 2), 2'000).correlation), 0.1);
  EXPECT_EQ(align({}, Samples(10), 5).correlation, 0);
  EXPECT_EQ(align(Samples(10), Samples(10), 5).correlation, 0) << "silence is like nothing";
}

/// Runs frames of 20 ms through the concealer with some lost.
template <class Lost>
Samples conceal(const Samples& in, Lost lost, bool hide) {
  Concealer concealer{8'000};
  Samples out;
  for (std::size_t at = 0; at + 160 <= in.size(); at += 160) {
    Samples frame(in.begin() + static_cast<std::ptrdiff_t>(at), in.begin() + static_cast<std::ptrdiff_t>(at + 160));
    if (!lost(at / 160)) concealer.on_frame(frame);
    else if (hide) concealer.conceal(frame);
    else frame.assign(160, 0);
    out.insert(out.end(), frame.begin(), frame.end());
  }
  return out;
}

double difference_db(const Samples& a, const Samples& b) {
  double signal = 0, error = 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    signal += double{a[i] * 1.0} * a[i];
    error += std::pow(a[i] - b[i], 2);
  }
  return 10 * std::log10(signal / error);
}

TEST(Concealer, WithoutLossNothingChanges) {
  const auto in = voice(16'000);
  EXPECT_EQ(conceal(in, [](std::size_t) { return false; }, true), in);
}

TEST(Concealer, IsMuchBetterThanSilence) {
  const auto in = voice(32'000);
  const auto lost = [](std::size_t frame) { return frame % 10 == 7; };
  const double hidden = difference_db(in, conceal(in, lost, true));
  const double silent = difference_db(in, conceal(in, lost, false));
  EXPECT_GT(hidden, silent + 3) << hidden << " against " << silent;
}

TEST(Concealer, ASteadyToneGoesOn) {
  const auto in = tone(250, -10, 16'000);
  const auto out = conceal(in, [](std::size_t frame) { return frame == 20; }, true);
  EXPECT_NEAR(level_dbm0(std::span{out}.subspan(20 * 160, 80)), -10, 1);
  int largest = 0;
  for (std::size_t i = 1; i < out.size(); ++i) largest = std::max(largest, std::abs(out[i] - out[i - 1]));
  int natural = 0;
  for (std::size_t i = 1; i < in.size(); ++i) natural = std::max(natural, std::abs(in[i] - in[i - 1]));
  EXPECT_LT(largest, natural * 2) << "no clicks";
}

TEST(Concealer, ALongLossFadesToSilence) {
  const auto in = voice(16'000);
  const auto out = conceal(in, [](std::size_t frame) { return frame >= 30 && frame < 60; }, true);
  const std::span all{out};
  EXPECT_GT(rms(all.subspan(30 * 160, 80)), 500);
  EXPECT_LT(rms(all.subspan(32 * 160 + 80, 80)), rms(all.subspan(30 * 160, 80)) / 2);
  EXPECT_EQ(rms(all.subspan(33 * 160, 26 * 160)), 0);
  EXPECT_GT(rms(all.subspan(61 * 160, 160)), 500);
}

TEST(Concealer, ALossAtTheVeryStartIsSilence) {
  Concealer concealer{8'000};
  Samples frame(160, 9);
  concealer.conceal(frame);
  EXPECT_EQ(rms(frame), 0);
}

TEST(Concealer, AtOtherRates) {
  for (const std::uint32_t rate : {16'000u, 48'000u}) {
    Concealer concealer{rate};
    auto frame = tone(200, -10, rate / 10, rate);
    concealer.on_frame(frame);
    Samples made(rate / 100);
    concealer.conceal(made);
    EXPECT_NEAR(level_dbm0(made), -10, 2) << rate;
  }
}

}  // namespace
}  // namespace audio
