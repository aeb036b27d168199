// codec/codec_test.cc - the registry, and what is true of every codec in it.
#include "codec/codec.h"

#include <gtest/gtest.h>

#include <cmath>

namespace codec {
namespace {

TEST(CodecRegistry, FindsByNameClockAndChannelsInAnyCase) {
  ASSERT_NE(find("PCMU"), nullptr);
  EXPECT_EQ(find("pcmu")->payload_type, 0);
  EXPECT_EQ(find("PCMA", 8'000, 1)->payload_type, 8);
  EXPECT_EQ(find("PCMU", 16'000), nullptr);
  EXPECT_EQ(find("PCMU", 8'000, 2), nullptr);
  EXPECT_EQ(find("nonsense"), nullptr);
  EXPECT_EQ(find("L16", 16'000)->channels, 1);
  EXPECT_EQ(find("L16", 44'100, 2)->payload_type, 10);
}

TEST(CodecRegistry, FindsByStaticPayloadType) {
  EXPECT_EQ(find(std::uint8_t{0})->name, "PCMU");
  EXPECT_EQ(find(std::uint8_t{8})->name, "PCMA");
  EXPECT_EQ(find(std::uint8_t{11})->channels, 1);
  EXPECT_EQ(find(std::uint8_t{96}), nullptr);
}

TEST(CodecRegistry, IsSortedAndSane) {
  ASSERT_GE(all().size(), 11u);
  for (std::size_t i = 1; i < all().size(); ++i) EXPECT_LE(all()[i - 1]->name, all()[i]->name);
  for (const auto* info : all()) {
    EXPECT_GT(info->samples_per_frame(), 0u) << info->name;
    EXPECT_GT(info->bits_per_second, 0u) << info->name;
  }
  EXPECT_EQ(find("PCMU")->samples_per_frame(), 160u);
  EXPECT_EQ(find("L16", 44'100, 2)->ptime.count(), 5);
}

TEST(EveryCodec, FramesFitAPacketAndATimeGoesThrough) {
  for (const auto* info : all()) {
    const auto state = info->create();
    const auto frame = info->samples_per_frame();
    std::vector<std::int16_t> in;
    for (std::size_t i = 0; i < frame * 50; ++i)
      in.push_back(static_cast<std::int16_t>(8'000 * std::sin(2 * 3.14159265 * 440 *
                                                              static_cast<double>(i / info->channels) / info->sample_rate)));
    std::vector<std::int16_t> out;
    for (std::size_t at = 0; at < in.size(); at += frame) {
      std::vector<std::uint8_t> payload;
      const auto bytes = state->encode(std::span{in}.subspan(at, frame), payload);
      EXPECT_EQ(bytes, payload.size());
      EXPECT_LE(payload.size(), 1'440u) << info->name << '/' << info->clock_rate;
      EXPECT_EQ(state->samples_in(payload), frame);
      EXPECT_EQ(state->decode(payload, out), frame);
    }
    ASSERT_EQ(out.size(), in.size());
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
      signal += double{in[i] * 1.0} * in[i];
      noise += std::pow(in[i] - out[i], 2);
    }
    EXPECT_GT(10 * std::log10(signal / (noise + 1)), 35) << info->name << '/' << info->clock_rate;
  }
}

TEST(EveryCodec, OddAndEmptyPayloadsAreHarmless) {
  for (const auto* info : all()) {
    const auto state = info->create();
    std::vector<std::int16_t> out;
    EXPECT_EQ(state->decode({}, out), 0u);
    const std::uint8_t one[]{0x55};
    state->decode(one, out);
    EXPECT_EQ(out.size(), state->samples_in(one));
  }
}

TEST(L16, IsNetworkOrder) {
  std::vector<std::uint8_t> payload;
  const std::int16_t samples[]{0x0102, -2, -32'768};
  find("L16", 16'000)->create()->encode(samples, payload);
  EXPECT_EQ(payload, (std::vector<std::uint8_t>{1, 2, 0xff, 0xfe, 0x80, 0}));
}

}  // namespace
}  // namespace codec
