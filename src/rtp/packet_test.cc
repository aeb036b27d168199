// rtp/packet_test.cc
#include "rtp/packet.h"

#include <gtest/gtest.h>

#include "tests/support/pcap.h"

namespace rtp {
namespace {

using Raw = std::vector<std::uint8_t>;

Raw plain() { return {0x80, 0x80, 0x12, 0x34, 0, 0, 0, 160, 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4}; }

TEST(RtpPacket, ReadsTheFixedHeader) {
  const auto raw = plain();
  const auto p = Packet::parse(raw);
  ASSERT_TRUE(p);
  EXPECT_TRUE(p->marker);
  EXPECT_EQ(p->payload_type, 0);
  EXPECT_EQ(p->sequence, 0x1234);
  EXPECT_EQ(p->timestamp, 160u);
  EXPECT_EQ(p->ssrc, 0xdeadbeefu);
  EXPECT_EQ(p->payload.size(), 4u);
  EXPECT_EQ(p->payload.data(), raw.data() + 12) << "a view, not a copy";
}

TEST(RtpPacket, CsrcExtensionAndPadding) {
  const Raw raw{0xb2, 0x65, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
                0, 0, 0, 11, 0, 0, 0, 12,                    // two CSRC
                0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0,          // one extension word
                7, 7, 7, 0, 0, 3};                           // three bytes, three of padding
  const auto p = Packet::parse(raw);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->payload_type, 101);
  EXPECT_EQ(p->csrc.size(), 8u);
  EXPECT_TRUE(p->has_extension);
  EXPECT_EQ(p->extension_profile, 0xbede);
  EXPECT_EQ(p->extension.size(), 4u);
  EXPECT_EQ(p->payload.size(), 3u);

  Raw built;
  p->build(built);
  Raw without_padding{raw.begin(), raw.end() - 3};
  without_padding[0] = 0x92;
  EXPECT_EQ(built, without_padding);
}

TEST(RtpPacket, RefusesWhatIsBroken) {
  EXPECT_EQ(Packet::parse(Raw(11, 0x80)).error(), PacketError::too_short);
  EXPECT_EQ(Packet::parse(Raw{}).error(), PacketError::too_short);
  EXPECT_EQ(Packet::parse(Raw(max_packet_bytes + 1, 0x80)).error(), PacketError::too_long);
  auto raw = plain();
  raw[0] = 0x40;
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::bad_version);
  raw[0] = 0x8f;
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::too_short) << "15 CSRC announced";
  raw[0] = 0x90;
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::bad_extension);
  raw[0] = 0xa0;
  raw.back() = 5;
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::bad_padding);
  raw.back() = 0;
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::bad_padding);
  raw.back() = 4;
  EXPECT_TRUE(Packet::parse(raw)->payload.empty()) << "all padding is legal (a keep-alive)";
  raw.resize(12);
  EXPECT_EQ(Packet::parse(raw).error(), PacketError::bad_padding);
}

TEST(RtpPacket, FieldsAreRewrittenInPlace) {
  auto raw = plain();
  set_payload_type(raw, 101);
  set_sequence(raw, 0xfffe);
  set_timestamp(raw, 0x01020304);
  set_ssrc(raw, 0x0a0b0c0d);
  auto p = *Packet::parse(raw);
  EXPECT_TRUE(p.marker) << "the payload type leaves the marker alone";
  EXPECT_EQ(p.payload_type, 101);
  EXPECT_EQ(p.sequence, 0xfffe);
  EXPECT_EQ(p.timestamp, 0x01020304u);
  EXPECT_EQ(p.ssrc, 0x0a0b0c0du);
  set_marker(raw, false);
  p = *Packet::parse(raw);
  EXPECT_FALSE(p.marker);
  EXPECT_EQ(p.payload_type, 101);
  EXPECT_EQ(p.payload[3], 4);
}

TEST(RtpPacket, SDP_11_DemultiplexesByRfc5761AndRfc7983) {
  auto raw = plain();
  EXPECT_FALSE(is_rtcp(raw));
  EXPECT_TRUE(is_rtp_or_rtcp(raw));
  for (const int type : {192, 200, 201, 202, 203, 206, 223}) {
    raw[1] = static_cast<std::uint8_t>(type);
    EXPECT_TRUE(is_rtcp(raw)) << type;
  }
  for (const int type : {0, 8, 101, 128, 136, 191, 224, 229}) {
    raw[1] = static_cast<std::uint8_t>(type);
    EXPECT_FALSE(is_rtcp(raw)) << type;
  }
  EXPECT_FALSE(is_rtp_or_rtcp(Raw{0, 1, 0, 0})) << "STUN";
  EXPECT_FALSE(is_rtp_or_rtcp(Raw{22, 254, 253})) << "DTLS";
  EXPECT_FALSE(is_rtp_or_rtcp(Raw{}));
}

TEST(RtpPacket, DistancesGoRoundTheCircle) {
  EXPECT_EQ(sequence_distance(0, 0xffff), 1);
  EXPECT_EQ(sequence_distance(0xffff, 0), -1);
  EXPECT_EQ(timestamp_distance(10, 0xfffffff6u), 20);
}

TEST(RtpPacket, EveryTruncationIsHandled) {
  const Raw raw{0xb2, 0x65, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 11, 0, 0, 0, 12, 0xbe, 0xde, 0, 1, 0x10, 0xff, 0, 0, 7, 1};
  for (std::size_t n = 0; n < raw.size(); ++n) (void)Packet::parse(base::Bytes{raw}.first(n));
}

TEST(RtpPacket, RealCapturesParse) {
  for (const char* name : {"media/sipp/g711a.pcap", "media/freeswitch/milliwatt.pcmu.rtp.pcap", "media/asterisk-testsuite/40msalaw.pcap"}) {
    const auto path = test::shared_file(name);
    if (!path) GTEST_SKIP() << name << " is not here";
    const auto datagrams = test::PcapReader{*path}.datagrams();
    ASSERT_FALSE(datagrams.empty()) << name;
    std::size_t rtp = 0;
    for (const auto& d : datagrams)
      if (!is_rtcp(d.bytes) && Packet::parse(d.bytes)) ++rtp;
    EXPECT_GT(rtp, datagrams.size() * 9 / 10) << name;
  }
}

}  // namespace
}  // namespace rtp
