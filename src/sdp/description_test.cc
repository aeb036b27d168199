// sdp/description_test.cc - parsing, printing and reading descriptions.
#include "sdp/description.h"

#include <gtest/gtest.h>

namespace sdp {
namespace {

using Reason = ParseError::Reason;
using namespace std::chrono_literals;

constexpr std::string_view minimal = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";

// RFC 8866 section 5.
constexpr std::string_view rfc8866 =
    "v=0\r\n"
    "o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1\r\n"
    "s=Call to John Smith\r\n"
    "i=SDP Offer #1\r\n"
    "u=http://www.jdoe.example.com/home.html\r\n"
    "e=Jane Doe <jane@jdoe.example.com>\r\n"
    "p=+1 617 555-6011\r\n"
    "c=IN IP4 198.51.100.1\r\n"
    "t=0 0\r\n"
    "m=audio 49170 RTP/AVP 0\r\n"
    "m=audio 49180 RTP/AVP 0\r\n"
    "m=video 51372 RTP/AVP 99\r\n"
    "c=IN IP6 2001:db8::2\r\n"
    "a=rtpmap:99 h263-1998/90000\r\n";

Description parsed(std::string_view text) {
  auto result = Description::parse(text);
  EXPECT_TRUE(result) << text << "\nline " << (result ? 0 : result.error().line) << ": "
                      << (result ? "" : sdp::text(result.error().reason));
  return result ? *result : Description{};
}

ParseError error_of(std::string_view text) {
  const auto result = Description::parse(text);
  EXPECT_FALSE(result) << text;
  return result ? ParseError{} : result.error();
}

TEST(Sdp, SDP_01_TheExampleOfRfc8866ReadsAndPrintsBack) {
  const auto d = parsed(rfc8866);
  EXPECT_EQ(d.origin.username, "jdoe");
  EXPECT_EQ(d.origin.session_id, 3'724'394'400u);
  EXPECT_EQ(d.origin.session_version, 3'724'394'405u);
  EXPECT_EQ(d.name, "Call to John Smith");
  EXPECT_EQ(d.information, "SDP Offer #1");
  EXPECT_EQ(d.emails, std::vector<std::string>{"Jane Doe <jane@jdoe.example.com>"});
  ASSERT_EQ(d.media.size(), 3u);
  EXPECT_EQ(d.rtp_address(d.media[0])->text(), "198.51.100.1:49170");
  EXPECT_EQ(d.rtp_address(d.media[2])->text(), "[2001:db8::2]:51372");
  EXPECT_EQ(d.media[2].rtpmap(99)->encoding, "h263-1998");
  EXPECT_EQ(d.print(), rfc8866);
}

TEST(Sdp, EveryLineTypeSurvivesTheRoundTrip) {
  constexpr std::string_view text =
      "v=0\r\no=mhandley 2890844526 2890842807 IN IP4 126.16.64.4\r\ns=SDP Seminar\r\ni=about\r\nu=http://x.example/\r\n"
      "e=a@b\r\ne=c@d\r\np=+1\r\np=+2\r\nc=IN IP4 224.2.17.12/127/3\r\nb=CT:128\r\nb=X-YZ:5\r\n"
      "t=2873397496 2873404696\r\nr=604800 3600 0 90000\r\nr=7d 1h 0 25h\r\nt=1 2\r\nz=2882844526 -1h 2898848070 0\r\n"
      "k=clear:x\r\na=recvonly\r\na=tool:y\r\n"
      "m=audio 49170/2 RTP/AVP 0 8\r\ni=title\r\nc=IN IP4 224.2.1.1/127\r\nc=IN IP4 224.2.1.2/127\r\nb=AS:64\r\n"
      "k=prompt\r\na=x-unknown:with: colons\r\na=ptime:20\r\na=x-unknown\r\n"
      "m=application 32416 udp wb\r\na=orient:portrait\r\n"
      "m=image 5000 udptl t38\r\nc=IN IP6 FF15::101/3\r\na=T38FaxVersion:0\r\n";
  const auto d = parsed(text);
  EXPECT_EQ(d.print(), text);
  EXPECT_EQ(d.connection->ttl, 127);
  EXPECT_EQ(d.connection->addresses, 3u);
  EXPECT_EQ(d.media[0].port_count, 2u);
  EXPECT_EQ(d.media[0].connections.size(), 2u);
  EXPECT_EQ(d.media[2].connections[0].addresses, 3u);
  EXPECT_EQ(d.timings[0].repeats.size(), 2u);
  EXPECT_EQ(parsed(d.print()), d);
}

TEST(Sdp, SDP_11_SDP_12_IceAndCryptoLinesKeepTheirOrder) {
  constexpr std::string_view text =
      "v=0\r\no=- 4 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=ice-lite\r\n"
      "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"
      "a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ host\r\n"
      "a=candidate:2 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998\r\n"
      "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\na=fingerprint:sha-256 AA:BB\r\na=setup:actpass\r\n"
      "a=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
      "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4\r\n"
      "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 minptime=10;useinbandfec=1\r\n";
  const auto d = parsed(text);
  EXPECT_EQ(d.print(), text);
  EXPECT_TRUE(d.media[0].rtcp_mux());
  EXPECT_EQ(d.media[0].fmtp(std::uint8_t{111}), "minptime=10;useinbandfec=1");
  EXPECT_TRUE(d.media[0].is_rtp());
}

TEST(Sdp, BareLineFeedsAndBlankLinesAtTheEndAreForgiven) {
  const auto d = parsed("v=0\no=- 1 1 IN IP4 1.2.3.4\ns=\nm=audio 5 RTP/AVP 0\n\n \r\n");
  EXPECT_EQ(d.name, "-");
  EXPECT_EQ(d.timings, std::vector<Timing>{Timing{}}) << "t= is often forgotten";
  EXPECT_EQ(parsed("v=0\no=- 1 1 IN IP4 1.2.3.4\ns=x").name, "x") << "no end of line at the end";
}

TEST(Sdp, OrderInsideASectionDoesNotMatter) {
  const auto d = parsed("v=0\r\nt=0 0\r\na=early\r\nc=IN IP4 1.2.3.4\r\ns=x\r\no=- 1 1 IN IP4 1.2.3.4\r\n"
                        "m=audio 5 RTP/AVP 0\r\na=ptime:30\r\nc=IN IP4 4.3.2.1\r\nb=AS:1\r\n");
  EXPECT_EQ(d.rtp_address(d.media[0])->text(), "4.3.2.1:5");
  EXPECT_EQ(d.media[0].ptime(), 30ms);
}

struct BadCase {
  std::string text;
  Reason reason;
  std::size_t line;
};

TEST(Sdp, ErrorsSayWhichLine) {
  const std::string head = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n";
  const BadCase cases[]{
      {"", Reason::missing_line, 1},
      {"v=0\r\n", Reason::missing_line, 2},
      {"v=0\r\no=- 1 1 IN IP4 h\r\n", Reason::missing_line, 3},
      {"v=1\r\n", Reason::bad_version, 1},
      {"v=00\r\n", Reason::bad_version, 1},
      {"o=- 1 1 IN IP4 1.2.3.4\r\n", Reason::out_of_order, 1},
      {"v=0\r\nv=0\r\n", Reason::out_of_order, 2},
      {"v=0\r\no=- 1 IN IP4 1.2.3.4\r\n", Reason::bad_origin, 2},
      {"v=0\r\no=- x 1 IN IP4 1.2.3.4\r\n", Reason::bad_origin, 2},
      {"v=0\r\no=- 1 1 IN IP4\r\n", Reason::bad_origin, 2},
      {"v=0\r\no=- 1 1 IN IP4 1.2.3.4 extra\r\n", Reason::bad_origin, 2},
      {"v=0\r\no=- 99999999999999999999999 1 IN IP4 1.2.3.4\r\n", Reason::bad_origin, 2},
      {head + "c=IN IP4\r\n", Reason::bad_connection, 4},
      {head + "c=IN IP4 1.2.3.4/x\r\n", Reason::bad_connection, 4},
      {head + "c=IN IP4 1.2.3.4/1/2/3\r\n", Reason::bad_connection, 4},
      {head + "c=IN IP6 ff15::1/1/2\r\n", Reason::bad_connection, 4},
      {head + "b=AS\r\n", Reason::bad_bandwidth, 4},
      {head + "b=:1\r\n", Reason::bad_bandwidth, 4},
      {head + "b=AS:-1\r\n", Reason::bad_bandwidth, 4},
      {head + "t=0\r\n", Reason::bad_time, 4},
      {head + "r=1 2 3\r\n", Reason::out_of_order, 4},
      {head + "a=\r\n", Reason::bad_attribute, 4},
      {head + "a=:x\r\n", Reason::bad_attribute, 4},
      {head + "m=audio\r\n", Reason::bad_media, 4},
      {head + "m=audio x RTP/AVP 0\r\n", Reason::bad_media, 4},
      {head + "m=audio 65536 RTP/AVP 0\r\n", Reason::bad_media, 4},
      {head + "m=audio 5/0 RTP/AVP 0\r\n", Reason::bad_media, 4},
      {head + "m=audio 5RTP/AVP 0\r\n", Reason::bad_media, 4},
      {head + "m=audio 5\r\n", Reason::bad_media, 4},
      {head + "m=audio 5 RTP/AVP 0\r\ns=again\r\n", Reason::out_of_order, 5},
      {head + "y=1\r\n", Reason::not_type_equals_value, 4},
      {head + "m=audio 5 RTP/AVP 0\r\ny=1\r\n", Reason::not_type_equals_value, 5},
      {head + "nonsense\r\n", Reason::not_type_equals_value, 4},
      {head + "\r\na=x\r\n", Reason::not_type_equals_value, 4},
      {head + std::string{"a=x\0y\r\n", 7}, Reason::control_character, 4},
      {head + "a=x\ry\r\n", Reason::control_character, 4},
      {"v=0\r\nm=audio 5 RTP/AVP 0\r\n", Reason::out_of_order, 2},
  };
  for (const auto& c : cases) EXPECT_EQ(error_of(c.text), (ParseError{c.reason, c.line})) << c.text;
}

TEST(Sdp, EveryReasonHasASentence) {
  for (int i = 0; i <= static_cast<int>(Reason::missing_line); ++i)
    EXPECT_NE(text(static_cast<Reason>(i)), "unknown") << i;
}

TEST(SdpLimits, BytesLinesMediaFormats) {
  const std::string head{minimal};
  EXPECT_EQ(error_of(head + std::string(max_description_bytes, 'x')).reason, Reason::too_long);
  EXPECT_EQ(error_of(head + "a=" + std::string(max_line_bytes - 1, 'x') + "\r\n").reason, Reason::line_too_long);
  parsed(head + "a=" + std::string(max_line_bytes - 2, 'x') + "\r\n");

  std::string lines = head;
  for (std::size_t i = 4; i < max_description_lines; ++i) lines += "a=x\r\n";
  parsed(lines);
  EXPECT_EQ(error_of(lines + "a=x\r\n"), (ParseError{Reason::too_many_lines, max_description_lines + 1}));

  std::string media = head;
  for (std::size_t i = 0; i < max_media; ++i) media += "m=audio 5 RTP/AVP 0\r\n";
  EXPECT_EQ(parsed(media).media.size(), max_media);
  EXPECT_EQ(error_of(media + "m=audio 5 RTP/AVP 0\r\n").reason, Reason::too_many_media);

  std::string formats = head + "m=audio 5 RTP/AVP";
  for (std::size_t i = 0; i < max_formats; ++i) formats += " 0";
  EXPECT_EQ(parsed(formats + "\r\n").media[0].formats.size(), max_formats);
  EXPECT_EQ(error_of(formats + " 0\r\n").reason, Reason::too_many_formats);
}

TEST(Sdp, EveryPrefixAndEveryByteFlipIsHandled) {
  const std::string text{rfc8866};
  for (std::size_t n = 0; n <= text.size(); ++n) (void)Description::parse(text.substr(0, n));
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'\0', '\n', ' ', ':', '/', '\xff'}) {
      auto changed = text;
      changed[i] = c;
      const auto result = Description::parse(changed);
      if (!result) continue;
      const auto again = Description::parse(result->print());
      ASSERT_TRUE(again) << result->print();
      EXPECT_EQ(*again, *result);
    }
  }
}

Description with_media(std::string_view lines) { return parsed(std::string{minimal} + std::string{lines}); }

TEST(SdpAddresses, MediaLevelBeatsSessionLevel) {
  const auto d = parsed("v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n"
                        "m=audio 10 RTP/AVP 0\r\nm=audio 20 RTP/AVP 0\r\nc=IN IP6 ::1\r\nm=audio 0 RTP/AVP 0\r\n"
                        "m=audio 30 RTP/AVP 0\r\nc=IN IP4 media.example.com\r\nm=audio 65535 RTP/AVP 0\r\n");
  EXPECT_EQ(d.rtp_address(d.media[0])->text(), "10.0.0.1:10");
  EXPECT_EQ(d.rtcp_address(d.media[0])->text(), "10.0.0.1:11");
  EXPECT_EQ(d.rtp_address(d.media[1])->text(), "[::1]:20");
  EXPECT_FALSE(d.rtp_address(d.media[2])) << "refused";
  EXPECT_FALSE(d.rtp_address(d.media[3])) << "a host name is not an address";
  EXPECT_FALSE(d.rtcp_address(d.media[4])) << "no port above 65535";
}

TEST(SdpAddresses, RtcpAttributeAndMux) {
  const auto d = with_media("m=audio 10 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=rtcp:77\r\n"
                            "m=audio 10 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=rtcp:77 IN IP4 10.0.0.9\r\n"
                            "m=audio 10 RTP/AVP 0\r\nc=IN IP4 10.0.0.1\r\na=rtcp-mux\r\n");
  EXPECT_EQ(d.rtcp_address(d.media[0])->text(), "10.0.0.1:77");
  EXPECT_EQ(d.rtcp_address(d.media[1])->text(), "10.0.0.9:77");
  EXPECT_EQ(d.rtcp_address(d.media[2])->text(), "10.0.0.1:10");
}

TEST(SdpDirections, SDP_07_SessionLevelMediaLevelAndOldHold) {
  const auto d = parsed("v=0\r\no=- 1 1 IN IP4 h\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\na=recvonly\r\n"
                        "m=audio 10 RTP/AVP 0\r\nm=audio 10 RTP/AVP 0\r\na=sendonly\r\n"
                        "m=audio 10 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\n"
                        "m=audio 10 RTP/AVP 0\r\nc=IN IP6 ::\r\na=recvonly\r\n");
  EXPECT_EQ(d.direction_of(d.media[0]), Direction::recvonly);
  EXPECT_EQ(d.direction_of(d.media[1]), Direction::sendonly);
  EXPECT_EQ(d.direction_of(d.media[2]), Direction::sendonly);
  EXPECT_EQ(d.direction_of(d.media[3]), Direction::inactive);
  EXPECT_FALSE(d.rtp_address(d.media[2]));
}

TEST(SdpMedia, SDP_02_PacketTimes) {
  const auto d = with_media("m=audio 10 RTP/AVP 0\r\na=ptime:30\r\na=maxptime:60\r\n"
                            "m=audio 10 RTP/AVP 0\r\na=ptime:20.0\r\nm=audio 10 RTP/AVP 0\r\na=ptime:x\r\n");
  EXPECT_EQ(d.media[0].ptime(), 30ms);
  EXPECT_EQ(d.media[0].max_ptime(), 60ms);
  EXPECT_EQ(d.media[1].ptime(), 20ms);
  EXPECT_FALSE(d.media[2].ptime());
}

TEST(SdpMedia, SDP_02_FormatsInOrderWithAndWithoutRtpmap) {
  const auto d = with_media("m=audio 10 RTP/AVP 97 8 96 0 200 x\r\na=rtpmap:97 iLBC/8000\r\na=rtpmap:0 PCMU/8000\r\n");
  const auto maps = d.media[0].rtpmaps();
  ASSERT_EQ(maps.size(), 3u) << "96 is not described, 200 and x are no payload types";
  EXPECT_EQ(maps[0].encoding, "iLBC");
  EXPECT_EQ(maps[1].encoding, "PCMA");
  EXPECT_EQ(maps[2].encoding, "PCMU");
  EXPECT_TRUE(with_media("m=image 10 udptl t38\r\n").media[0].rtpmaps().empty());
}

TEST(SdpMedia, SDP_05_BandwidthIsKept) {
  const auto d = with_media("m=video 10 RTP/AVP 34\r\nb=AS:384\r\nb=TIAS:256000\r\n");
  EXPECT_EQ(d.media[0].bandwidths, (std::vector<Bandwidth>{{"AS", 384}, {"TIAS", 256'000}}));
}

TEST(SdpOrigin, SDP_01_VersionGoesUpOnlyWhenSomethingChanged) {
  LocalDescription local{"ahoy", 1'000};
  EXPECT_EQ(local.current(), nullptr);
  auto d = with_media("m=audio 10 RTP/AVP 0\r\n");
  EXPECT_EQ(local.set(d).origin.session_version, 1'000u);
  EXPECT_EQ(local.set(d).origin.session_version, 1'000u) << "a refresh repeats itself";
  d.media[0].set_direction(Direction::sendonly);
  EXPECT_EQ(local.set(d).origin.session_version, 1'001u);
  EXPECT_EQ(local.set(d).origin.session_version, 1'001u);
  d.media[0].set_direction(Direction::sendrecv);
  EXPECT_EQ(local.set(d).origin.session_version, 1'002u);
  d.origin.address = "198.51.100.7";
  EXPECT_EQ(local.set(d).origin.session_version, 1'003u) << "a new address is a change";
  EXPECT_EQ(local.current()->origin.session_id, 1'000u);
  EXPECT_EQ(local.current()->origin.username, "ahoy");
}

}  // namespace
}  // namespace sdp
