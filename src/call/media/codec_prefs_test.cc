// call/media/codec_prefs_test.cc - codec lists as operators write them.
#include "call/media/codec_prefs.h"

#include <gtest/gtest.h>

TEST(CodecPrefs, SDP_10_KeepsTheOrderAndNamesWhatItDoesNotKnow) {
  const auto prefs = call::parse_codec_prefs("NOSUCH,PCMA@8000h@20i, pcmu ,L16@16000h");
  ASSERT_EQ(prefs.codecs.size(), 3U);
  EXPECT_EQ(prefs.codecs[0].encoding, "PCMA");
  EXPECT_EQ(prefs.codecs[0].payload_type, 8);
  EXPECT_EQ(prefs.codecs[1].encoding, "PCMU");
  EXPECT_EQ(prefs.codecs[2].clock_rate, 16'000U);
  EXPECT_EQ(prefs.unknown, std::vector<std::string>{"NOSUCH"});
}

TEST(CodecPrefs, AnEmptyListIsNoCodec) { EXPECT_TRUE(call::parse_codec_prefs("").codecs.empty()); }
