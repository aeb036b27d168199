// rtp/rtcp_test.cc
#include "rtp/rtcp.h"

#include <gtest/gtest.h>

namespace rtp {
namespace {

using Raw = std::vector<std::uint8_t>;

Raw built(const Rtcp& packet) {
  Raw out;
  build_rtcp(packet, out);
  EXPECT_EQ(out.size() % 4, 0u);
  return out;
}

void expect_round_trip(const Rtcp& packet) {
  const auto raw = built(packet);
  const auto again = parse_rtcp(raw);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 1u);
  EXPECT_EQ(again->front(), packet);
}

const ReportBlock block{0x01020304, 77, -3, 0x00010002, 15, 0xaabbccdd, 65'536};

TEST(Rtcp, SenderReportByteForByte) {
  const auto raw = built(SenderReport{0x11111111, 0x0102030405060708, 0x22222222, 3, 480, {block}});
  const Raw expected{0x81, 200, 0, 12, 0x11, 0x11, 0x11, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x22, 0x22, 0x22, 0x22,
                     0, 0, 0, 3, 0, 0, 1, 0xe0, 1, 2, 3, 4, 77, 0xff, 0xff, 0xfd, 0, 1, 0, 2, 0, 0, 0, 15,
                     0xaa, 0xbb, 0xcc, 0xdd, 0, 1, 0, 0};
  EXPECT_EQ(raw, expected);
}

TEST(Rtcp, EveryKindSurvivesTheRoundTrip) {
  expect_round_trip(SenderReport{1, 2, 3, 4, 5, {block, block}});
  expect_round_trip(ReceiverReport{1, {}});
  expect_round_trip(ReceiverReport{1, {block}});
  for (const char* text : {"", "a", "ab", "abc", "abcd", "abcde"})
    expect_round_trip(SourceDescription{{{1, {{1, text}, {6, "tool"}}}, {2, {}}}});
  expect_round_trip(Bye{{1, 2}, {}});
  expect_round_trip(Bye{{1}, "gone fishing"});
  expect_round_trip(OtherRtcp{204, 5, {0, 0, 0, 1, 'n', 'a', 'm', 'e'}});
  expect_round_trip(OtherRtcp{206, 1, {0, 0, 0, 1, 0, 0, 0, 2}});
}

TEST(Rtcp, CumulativeLossIsClampedTo24SignedBits) {
  for (const auto& [given, wire] : {std::pair{10'000'000, 0x7fffff}, {-10'000'000, -0x800000}, {-1, -1}}) {
    auto b = block;
    b.cumulative_lost = given;
    const auto packets = parse_rtcp(built(ReceiverReport{1, {b}}));
    EXPECT_EQ(std::get<ReceiverReport>(packets->front()).blocks[0].cumulative_lost, wire);
  }
}

TEST(Rtcp, LimitsOfTheWire) {
  const auto many = parse_rtcp(built(ReceiverReport{1, std::vector<ReportBlock>(40, block)}));
  EXPECT_EQ(std::get<ReceiverReport>(many->front()).blocks.size(), 31u);
  const auto text = parse_rtcp(built(Bye{{1}, std::string(300, 'x')}));
  EXPECT_EQ(std::get<Bye>(text->front()).reason.size(), 255u);
}

TEST(Rtcp, CompoundsKeepTheirOrder) {
  Raw out;
  build_rtcp(ReceiverReport{9, {}}, out);
  build_rtcp(SourceDescription{{{9, {{1, "a@b"}}}}}, out);
  build_rtcp(Bye{{9}, {}}, out);
  const auto packets = parse_rtcp(out);
  ASSERT_TRUE(packets);
  ASSERT_EQ(packets->size(), 3u);
  EXPECT_TRUE(std::holds_alternative<ReceiverReport>((*packets)[0]));
  EXPECT_EQ(std::get<SourceDescription>((*packets)[1]).chunks[0].items[0].text, "a@b");
  EXPECT_TRUE(std::holds_alternative<Bye>((*packets)[2]));
}

TEST(Rtcp, PaddingOnTheLastPacketOnly) {
  auto raw = built(ReceiverReport{9, {}});
  raw.insert(raw.end(), {0, 0, 0, 4});
  raw[0] |= 0x20;
  raw[3] += 1;
  EXPECT_TRUE(parse_rtcp(raw));
  auto twice = raw;
  twice.insert(twice.end(), raw.begin(), raw.end());
  EXPECT_EQ(parse_rtcp(twice).error(), RtcpError::bad_padding);
  raw.back() = 3;
  EXPECT_EQ(parse_rtcp(raw).error(), RtcpError::bad_padding);
  raw.back() = 0;
  EXPECT_EQ(parse_rtcp(raw).error(), RtcpError::bad_padding);
}

TEST(Rtcp, RefusesWhatIsBroken) {
  EXPECT_EQ(parse_rtcp(Raw{}).error(), RtcpError::too_short);
  EXPECT_EQ(parse_rtcp(Raw(max_rtcp_bytes + 1)).error(), RtcpError::too_long);
  auto raw = built(ReceiverReport{9, {}});
  raw[3] = 2;
  EXPECT_EQ(parse_rtcp(raw).error(), RtcpError::bad_length);
  raw[3] = 1;
  raw[0] = 0x41;
  EXPECT_EQ(parse_rtcp(raw).error(), RtcpError::bad_version);
  raw[0] = 0x81;
  EXPECT_EQ(parse_rtcp(raw).error(), RtcpError::bad_body) << "a block is announced";
  Raw many;
  for (std::size_t i = 0; i <= max_rtcp_packets; ++i) build_rtcp(ReceiverReport{9, {}}, many);
  EXPECT_EQ(parse_rtcp(many).error(), RtcpError::too_many);
  EXPECT_EQ(parse_rtcp(Raw{0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 'a', 'b'}).error(), RtcpError::bad_body)
      << "an item longer than its packet";
}

TEST(Rtcp, EveryTruncationAndByteIsHandled) {
  Raw raw;
  build_rtcp(SenderReport{1, 2, 3, 4, 5, {block}}, raw);
  build_rtcp(SourceDescription{{{9, {{1, "a@b"}}}}}, raw);
  build_rtcp(Bye{{9}, "why"}, raw);
  for (std::size_t n = 0; n < raw.size(); ++n) (void)parse_rtcp(base::Bytes{raw}.first(n));
  for (std::size_t i = 0; i < raw.size(); ++i)
    for (const int value : {0, 1, 127, 128, 255}) {
      auto changed = raw;
      changed[i] = static_cast<std::uint8_t>(value);
      (void)parse_rtcp(changed);
    }
}

}  // namespace
}  // namespace rtp
