// codec/g711_test.cc - against the figures of ITU-T G.711.
#include "codec/g711.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace codec {
namespace {

// Table 2a/G.711: the decision values of the first positive segments, scaled from 14 to 16 bits.
TEST(G711, KnownMuLawLevels) {
  EXPECT_EQ(from_ulaw(0xff), 0);
  EXPECT_EQ(from_ulaw(0x7f), 0);
  EXPECT_EQ(from_ulaw(0xfe), 8);
  EXPECT_EQ(from_ulaw(0x80), 32'124);
  EXPECT_EQ(from_ulaw(0x00), -32'124);
  EXPECT_EQ(from_ulaw(0xf0), 120);
  EXPECT_EQ(from_ulaw(0xef), 132);
  EXPECT_EQ(from_ulaw(0x8f), 16'764);
  EXPECT_EQ(to_ulaw(0), 0xff);
  EXPECT_EQ(to_ulaw(32'767), 0x80);
  EXPECT_EQ(to_ulaw(-32'768), 0x00);
}

// Table 1a/G.711, scaled from 13 to 16 bits.
TEST(G711, KnownALawLevels) {
  EXPECT_EQ(from_alaw(0xd5), 8);
  EXPECT_EQ(from_alaw(0x55), -8);
  EXPECT_EQ(from_alaw(0xaa), 32'256);
  EXPECT_EQ(from_alaw(0x2a), -32'256);
  EXPECT_EQ(from_alaw(0xc5), 264);
  EXPECT_EQ(to_alaw(0), 0xd5);
  EXPECT_EQ(to_alaw(-1), 0x55);
  EXPECT_EQ(to_alaw(32'767), 0xaa);
  EXPECT_EQ(to_alaw(-32'768), 0x2a);
}

// The digital milliwatt of tables 5 and 6: one period of 1 kHz at 0 dBm0.
TEST(G711, TheDigitalMilliwattIsPure) {
  const std::uint8_t mu[]{0x1e, 0x0b, 0x0b, 0x1e, 0x9e, 0x8b, 0x8b, 0x9e};
  const std::uint8_t a[]{0x34, 0x21, 0x21, 0x34, 0xb4, 0xa1, 0xa1, 0xb4};
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(from_ulaw(mu[i]), -from_ulaw(mu[(i + 4) % 8]));
    EXPECT_EQ(to_ulaw(from_ulaw(mu[i])), mu[i]);
    EXPECT_EQ(to_alaw(from_alaw(a[i])), a[i]);
    EXPECT_NEAR(from_ulaw(mu[i]), from_alaw(a[i]), 700);
  }
}

TEST(G711, EveryCodeWordSurvives) {
  for (int code = 0; code < 256; ++code) {
    const auto c = static_cast<std::uint8_t>(code);
    EXPECT_EQ(to_alaw(from_alaw(c)), c);
    EXPECT_EQ(to_ulaw(from_ulaw(c)), c == 0x7f ? 0xff : c) << "there are two zeros";
  }
}

// Each of the 65536 samples goes to a level not further away than the step of its segment allows.
TEST(G711, EverySampleGoesToItsInterval) {
  for (int s = -32'768; s <= 32'767; ++s) {
    const auto sample = static_cast<std::int16_t>(s);
    const int magnitude = std::abs(s);
    const int u = from_ulaw(to_ulaw(sample));
    const int a = from_alaw(to_alaw(sample));
    ASSERT_LE(std::abs(u - s), magnitude / 31 + 8 + (magnitude > 32'635 ? 200 : 0)) << s;
    ASSERT_LE(std::abs(a - s), magnitude / 31 + 8) << s;
  }
}

TEST(G711, IsMonotonicAndSymmetric) {
  for (int s = -32'767; s <= 32'767; ++s) {
    ASSERT_LE(from_ulaw(to_ulaw(static_cast<std::int16_t>(s - 1))), from_ulaw(to_ulaw(static_cast<std::int16_t>(s))));
    ASSERT_LE(from_alaw(to_alaw(static_cast<std::int16_t>(s - 1))), from_alaw(to_alaw(static_cast<std::int16_t>(s))));
  }
  for (int code = 0; code < 128; ++code) {
    EXPECT_EQ(from_ulaw(static_cast<std::uint8_t>(code)), -from_ulaw(static_cast<std::uint8_t>(code | 0x80)));
    EXPECT_EQ(from_alaw(static_cast<std::uint8_t>(code)), -from_alaw(static_cast<std::uint8_t>(code | 0x80)));
  }
}

}  // namespace
}  // namespace codec
