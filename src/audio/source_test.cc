// audio/source_test.cc - opening by name, files, writing, resampling.
#include "audio/source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numbers>

#include "audio/align.h"
#include "audio/file.h"
#include "audio/tone_meter.h"
#include "tests/support/shared.h"

namespace audio {
namespace {

using Reason = OpenError::Reason;
using Samples = std::vector<std::int16_t>;

Samples sine(double hz, std::uint32_t rate, std::size_t n, double amplitude = 10'000) {
  Samples out(n);
  for (std::size_t i = 0; i < n; ++i)
    out[i] = static_cast<std::int16_t>(std::lround(amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate)));
  return out;
}

struct SourceTest : testing::Test {
  std::filesystem::path folder = std::filesystem::temp_directory_path() / ("ahoy_audio_" + std::to_string(::getpid()));
  base::Random random{1};
  SourceTest() { std::filesystem::create_directories(folder); }
  ~SourceTest() override { std::filesystem::remove_all(folder); }
  std::string path(const std::string& name) const { return (folder / name).string(); }

  Samples read(const std::string& name, std::uint32_t rate = 8'000, std::size_t max = 100'000) {
    auto source = open_source(name, rate, random);
    EXPECT_TRUE(source) << name;
    return source ? read_all(**source, max) : Samples{};
  }
  OpenError error_of(const std::string& name) {
    auto source = open_source(name, 8'000, random);
    EXPECT_FALSE(source) << name;
    return source ? OpenError{} : source.error();
  }
  void write(const std::string& name, std::span<const std::int16_t> samples, std::uint32_t rate = 8'000, int channels = 1) {
    auto writer = FileWriter::create(path(name), rate, channels);
    ASSERT_TRUE(writer) << name;
    EXPECT_TRUE(writer->write(samples));
  }
};

TEST_F(SourceTest, MOD_17_ToneStreams) {
  EXPECT_EQ(read("tone_stream://%(100,100,440)").size(), 1'600u);
  EXPECT_EQ(read("tone_stream://%(100,100,440);loops=3").size(), 4'800u);
  EXPECT_EQ(read("tone_stream://%(100,100,440);loops=-1").size(), 100'000u);
  const auto error = error_of("tone_stream://%(100,100,440);!");
  EXPECT_EQ(error.reason, Reason::bad_tones);
  EXPECT_EQ(error.position, 29u) << "counted in the whole name";
}

TEST_F(SourceTest, MOD_17_ToneStreamFromAFile) {
  std::ofstream{path("ring.ttml")} << "d=100;w=100;123\n";
  EXPECT_EQ(read("tone_stream://path=" + path("ring.ttml") + ";loops=2").size(), 9'600u);
  EXPECT_EQ(error_of("tone_stream://path=/nowhere").reason, Reason::not_found);
}

TEST_F(SourceTest, TuneOfTheReferenceConfigurationPlays) {
  const auto tune = test::shared_file("compat/freeswitch-vanilla/tetris.ttml");
  if (!tune) GTEST_SKIP() << "compat/ is not here";
  EXPECT_GT(read("tone_stream://path=" + tune->string(), 8'000, 40'000).size(), 30'000u);
}

TEST_F(SourceTest, MOD_17_SilenceStreams) {
  const auto quiet = read("silence_stream://500");
  EXPECT_EQ(quiet.size(), 4'000u);
  EXPECT_EQ(rms(quiet), 0);
  const auto noise = read("silence_stream://-1,1400", 16'000, 16'000);
  EXPECT_EQ(noise.size(), 16'000u);
  EXPECT_GT(rms(noise), 8);
  EXPECT_LT(*std::max_element(noise.begin(), noise.end()), 24);
  EXPECT_EQ(error_of("silence_stream://x").reason, Reason::bad_parameter);
  EXPECT_EQ(error_of("silence_stream://5,x").reason, Reason::bad_parameter);
  EXPECT_EQ(error_of("silence_stream://99999999999").reason, Reason::bad_parameter);
}

TEST_F(SourceTest, MOD_17_FileStringsAndLoops) {
  EXPECT_EQ(read("file_string://silence_stream://100!tone_stream://%(100,0,440)!silence_stream://100").size(), 2'400u);
  EXPECT_EQ(read("{loops=3}silence_stream://100").size(), 2'400u);
  EXPECT_EQ(read("{loops=2}file_string://silence_stream://100!silence_stream://50").size(), 2'400u);
  EXPECT_EQ(read("{loops=-1}silence_stream://0", 8'000, 1'000).size(), 0u) << "an empty loop ends";
  EXPECT_EQ(read("file_string://silence_stream://100!/missing.wav!silence_stream://100").size(), 1'600u);
  EXPECT_EQ(error_of("{loops=2").reason, Reason::bad_parameter);
  std::string nested;
  for (int i = 0; i <= max_nested_sources; ++i) nested += "{loops=2}";
  EXPECT_EQ(error_of(nested + "silence_stream://1").reason, Reason::too_deep);
}

TEST_F(SourceTest, MOD_17_AWavComesBackAsItWas) {
  const auto tone = sine(1'000, 8'000, 8'000);
  write("a.wav", tone);
  EXPECT_EQ(read(path("a.wav")), tone);
  auto source = FileSource::open(path("a.wav"), 8'000);
  EXPECT_EQ((*source)->length(), 8'000u);
}

TEST_F(SourceTest, APP_69_StartInTheMiddle) {
  const auto tone = sine(1'000, 8'000, 8'000);
  write("a.wav", tone);
  EXPECT_EQ(read(path("a.wav") + "@@6000"), Samples(tone.begin() + 6'000, tone.end()));
  EXPECT_TRUE(read(path("a.wav") + "@@9000").empty());
  EXPECT_EQ(error_of(path("a.wav") + "@@x").reason, Reason::bad_parameter);
}

TEST_F(SourceTest, OtherRatesAndChannels) {
  for (const std::uint32_t rate : {8'000u, 11'025u, 16'000u, 44'100u, 48'000u}) {
    write("r.wav", sine(1'000, rate, rate), rate);
    for (const std::uint32_t to : {8'000u, 16'000u, 48'000u}) {
      const auto out = read(path("r.wav"), to);
      EXPECT_NEAR(static_cast<double>(out.size()), to, to / 200.0) << rate << " to " << to;
      const auto middle = std::span{out}.subspan(to / 10, to / 2);
      EXPECT_NEAR(tone_level_dbm0(middle, 1'000, to), level_dbm0(sine(1'000, 8'000, 8'000)), 0.3) << rate << " to " << to;
    }
  }
}

TEST_F(SourceTest, DownsamplingDoesNotAlias) {
  write("high.wav", sine(7'000, 48'000, 48'000), 48'000);
  EXPECT_LT(level_dbm0(read(path("high.wav"), 8'000)), -40) << "7 kHz must not come back as 1 kHz";
}

TEST_F(SourceTest, StereoIsAveraged) {
  const auto tone = sine(500, 8'000, 800);
  write("s.wav", interleave(tone, Samples(800)), 8'000, 2);
  const auto out = read(path("s.wav"));
  ASSERT_EQ(out.size(), 800u);
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], tone[i] / 2);
}

TEST_F(SourceTest, MOD_17_HeaderlessG711ByExtension) {
  const auto tone = sine(1'000, 8'000, 8'000);
  for (const char* name : {"a.PCMU", "a.ul", "a.PCMA", "a.al", "a.alaw", "a.ulaw"}) {
    write(name, tone);
    EXPECT_EQ(std::filesystem::file_size(path(name)), 8'000u) << name;
    const auto back = read(path(name));
    ASSERT_EQ(back.size(), 8'000u);
    EXPECT_GT(align(tone, back, 10).correlation, 0.999) << name;
    EXPECT_NEAR(align(tone, back, 10).level_db, 0, 0.1) << name;
  }
  write("a.raw", tone);
  EXPECT_EQ(read(path("a.raw")), tone);
}

TEST_F(SourceTest, ErrorsOfFiles) {
  EXPECT_EQ(error_of("/nowhere/x.wav").reason, Reason::not_found);
  EXPECT_EQ(error_of(folder.string()).reason, Reason::not_found) << "a folder";
  std::ofstream{path("text.wav")} << "this is no sound";
  EXPECT_EQ(error_of(path("text.wav")).reason, Reason::not_audio);
  EXPECT_EQ(FileWriter::create("/proc/nowhere/x.wav", 8'000).error(), FileError::cannot_create);
  EXPECT_EQ(FileWriter::create(path("x.wav"), 1).error(), FileError::bad_format);
  EXPECT_EQ(FileWriter::create(path("x.wav"), 8'000, 3).error(), FileError::bad_format);
}

TEST_F(SourceTest, APP_93_WritingMakesDirectoriesAndFinishesTheHeader) {
  const auto name = path("deep/er/rec.wav");
  {
    auto writer = FileWriter::create(name, 16'000, 2);
    ASSERT_TRUE(writer);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(writer->write(Samples(640)));
    EXPECT_EQ(writer->frames(), 3'200u);
    writer->close();
    EXPECT_FALSE(writer->write(Samples(2)));
  }
  EXPECT_EQ(std::filesystem::file_size(name), 44u + 3'200 * 4);
  EXPECT_EQ(read(name, 16'000).size(), 3'200u);
}

TEST_F(SourceTest, ARecordingIsReadableWhileItIsWritten) {
  auto writer = FileWriter::create(path("live.wav"), 8'000);
  ASSERT_TRUE(writer);
  writer->write(Samples(8'000 * FileWriter::header_update_seconds));
  EXPECT_EQ(read(path("live.wav")).size(), 8'000u * FileWriter::header_update_seconds);
}

TEST_F(SourceTest, Appending) {
  write("a.wav", Samples(800, 100));
  auto writer = FileWriter::create(path("a.wav"), 8'000, 1, true);
  ASSERT_TRUE(writer);
  EXPECT_EQ(writer->frames(), 800u);
  writer->write(Samples(400, 200));
  writer->close();
  const auto all = read(path("a.wav"));
  ASSERT_EQ(all.size(), 1'200u);
  EXPECT_EQ(all[799], 100);
  EXPECT_EQ(all[800], 200);
  EXPECT_EQ(FileWriter::create(path("a.wav"), 16'000, 1, true).error(), FileError::bad_format);
}

TEST_F(SourceTest, ClipsAreShared) {
  write("a.wav", sine(500, 8'000, 1'000));
  const auto clip = load_clip(path("a.wav"), 8'000, 100'000);
  ASSERT_TRUE(clip);
  const auto a = play_clip(*clip), b = play_clip(*clip, 900);
  EXPECT_EQ(read_all(*a, 5'000).size(), 1'000u);
  EXPECT_EQ(read_all(*b, 5'000).size(), 100u);
  EXPECT_EQ((*load_clip(path("a.wav"), 8'000, 300))->size(), 300u);
}

TEST_F(SourceTest, RealFilesOpen) {
  for (const char* name : {"media/freeswitch/hi.wav", "media/freeswitch/hello_stereo.wav", "media/pjsip/input.16.wav",
                           "media/resiprocate/record_prompt.wav", "media/asterisk-testsuite/audio.ulaw"}) {
    const auto file = test::shared_file(name);
    if (!file) GTEST_SKIP() << name << " is not here";
    const auto samples = read(file->string());
    EXPECT_GT(samples.size(), 1'000u) << name;
    EXPECT_GT(level_dbm0(samples), -50) << name;
  }
}

TEST(Resampler, KeepsTheLengthOfALongStream) {
  Resampler up{8'000, 48'000};
  std::vector<std::int16_t> out;
  const auto tone = sine(440, 8'000, 160);
  for (int i = 0; i < 500; ++i) up.push(tone, out);
  up.flush(out);
  EXPECT_NEAR(static_cast<double>(out.size()), 500 * 960, 50);
}

TEST(Resampler, EqualRatesCopy) {
  Resampler same{8'000, 8'000};
  std::vector<std::int16_t> out;
  const auto tone = sine(440, 8'000, 160);
  same.push(tone, out);
  same.flush(out);
  EXPECT_EQ(out, tone);
}

}  // namespace
}  // namespace audio
