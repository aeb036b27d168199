// sdp/attribute_test.cc
#include "sdp/attribute.h"

#include <gtest/gtest.h>

namespace sdp {
namespace {

TEST(SdpRtpmap, SDP_02_ReadsWhatRfc8866Shows) {
  EXPECT_EQ(Rtpmap::parse("0 PCMU/8000"), (Rtpmap{0, "PCMU", 8'000, 1}));
  EXPECT_EQ(Rtpmap::parse("98 L16/16000/2"), (Rtpmap{98, "L16", 16'000, 2}));
  EXPECT_EQ(Rtpmap::parse("111 opus/48000/2 "), (Rtpmap{111, "opus", 48'000, 2}));
  EXPECT_EQ(Rtpmap::parse("101  telephone-event/8000"), (Rtpmap{101, "telephone-event", 8'000, 1}));
}

TEST(SdpRtpmap, RefusesWhatIsNone) {
  for (const char* text : {"", "x PCMU/8000", "0", "0 PCMU", "0 PCMU/", "0 /8000", "0 PCMU/0", "0 PCMU/8000/0",
                           "128 PCMU/8000", "300 PCMU/8000", "0 PCMU/8000/2/2", "0 PCMU/99999999999"})
    EXPECT_FALSE(Rtpmap::parse(text)) << text;
}

TEST(SdpRtpmap, PrintsChannelsOnlyWhenThereAreSeveral) {
  EXPECT_EQ((Rtpmap{0, "PCMU", 8'000, 1}).text(), "0 PCMU/8000");
  EXPECT_EQ((Rtpmap{111, "opus", 48'000, 2}).text(), "111 opus/48000/2");
}

TEST(SdpRtpmap, TheSameFormatInAnyCase) {
  EXPECT_TRUE((Rtpmap{0, "PCMU", 8'000, 1}).same_format({97, "pcmu", 8'000, 1}));
  EXPECT_FALSE((Rtpmap{0, "PCMU", 8'000, 1}).same_format({0, "PCMU", 16'000, 1}));
  EXPECT_FALSE((Rtpmap{0, "L16", 8'000, 1}).same_format({0, "L16", 8'000, 2}));
}

TEST(SdpRtpmap, SDP_02_StaticTypesOfRfc3551) {
  EXPECT_EQ(static_rtpmap(0)->encoding, "PCMU");
  EXPECT_EQ(static_rtpmap(8)->encoding, "PCMA");
  EXPECT_EQ(static_rtpmap(9)->clock_rate, 8'000u) << "G.722 keeps its historic clock";
  EXPECT_EQ(static_rtpmap(10)->channels, 2);
  EXPECT_EQ(static_rtpmap(18)->encoding, "G729");
  EXPECT_EQ(static_rtpmap(34)->clock_rate, 90'000u);
  for (unsigned n : {1u, 2u, 19u, 35u, 72u, 95u, 96u, 127u, 128u, 255u})
    EXPECT_FALSE(static_rtpmap(static_cast<std::uint8_t>(n))) << n;
}

TEST(SdpFmtp, SDP_03_SplitsFormatAndParameters) {
  EXPECT_EQ(Fmtp::parse("101 0-16"), (Fmtp{"101", "0-16"}));
  EXPECT_EQ(Fmtp::parse("97 mode=20; octet-align=1"), (Fmtp{"97", "mode=20; octet-align=1"}));
  EXPECT_FALSE(Fmtp::parse(""));
  EXPECT_EQ((Fmtp{"101", "0-15"}).text(), "101 0-15");
}

TEST(SdpFmtp, FindsAParameter) {
  constexpr auto text = "minptime=10;useinbandfec=1; Stereo = 0 ;flag";
  EXPECT_EQ(fmtp_parameter(text, "minptime"), "10");
  EXPECT_EQ(fmtp_parameter(text, "stereo"), "0");
  EXPECT_EQ(fmtp_parameter(text, "flag"), "");
  EXPECT_FALSE(fmtp_parameter(text, "ptime"));
  EXPECT_FALSE(fmtp_parameter("", "ptime"));
}

TEST(SdpRtcp, ReadsRfc3605) {
  EXPECT_EQ(RtcpAttribute::parse("53020"), (RtcpAttribute{53'020, std::nullopt}));
  EXPECT_EQ(RtcpAttribute::parse("53020 IN IP4 126.16.64.4"), (RtcpAttribute{53'020, base::Ip::v4(126, 16, 64, 4)}));
  const auto six = RtcpAttribute::parse("53020 IN IP6 2001:2345:6789:ABCD:EF01:2345:6789:ABCD");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->ip->family, base::Family::ipv6);
  EXPECT_EQ(RtcpAttribute::parse(six->text()), six);
  for (const char* bad : {"", "x", "70000", "5 IN IP4 host.example", "5 TN RFC2543 1"})
    EXPECT_FALSE(RtcpAttribute::parse(bad)) << bad;
}

TEST(SdpDirection, IsASetOfTwoBits) {
  EXPECT_EQ(reversed(Direction::sendonly), Direction::recvonly);
  EXPECT_EQ(reversed(Direction::recvonly), Direction::sendonly);
  EXPECT_EQ(reversed(Direction::sendrecv), Direction::sendrecv);
  EXPECT_EQ(reversed(Direction::inactive), Direction::inactive);
  EXPECT_EQ(Direction::sendonly & Direction::recvonly, Direction::inactive);
  EXPECT_EQ(Direction::sendrecv & Direction::recvonly, Direction::recvonly);
  for (const auto d : {Direction::inactive, Direction::sendonly, Direction::recvonly, Direction::sendrecv}) {
    Attributes one{{std::string{text(d)}, std::nullopt}};
    EXPECT_EQ(direction_of(one), d);
  }
  EXPECT_FALSE(direction_of({}));
}

TEST(SdpAttributes, SetKeepsThePlace) {
  Attributes all{{"a", "1"}, {"b", std::nullopt}, {"c", "3"}};
  set(all, "b", "2");
  set(all, "d", "4");
  EXPECT_EQ(all, (Attributes{{"a", "1"}, {"b", "2"}, {"c", "3"}, {"d", "4"}}));
  remove(all, "a");
  EXPECT_EQ(find(all, "a"), nullptr);
  EXPECT_EQ(value_of(all, "c"), "3");
  EXPECT_EQ(value_of(all, "zz"), "");
}

}  // namespace
}  // namespace sdp
