// sdp/offer_answer_test.cc - RFC 3264, its examples, and what phones make of it.
#include "sdp/offer_answer.h"

#include <gtest/gtest.h>

namespace sdp {
namespace {

using namespace std::chrono_literals;

constexpr const char* session = "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.1\r\ns=-\r\n"
                                "c=IN IP4 192.0.2.1\r\nt=0 0\r\n";

Description described(const std::string& media) {
  auto result = Description::parse(session + media);
  EXPECT_TRUE(result) << media;
  return result ? *result : Description{};
}

Capabilities g711() {
  Capabilities c;
  c.codecs = {{"PCMU", 8'000, 1, 0, {}}, {"PCMA", 8'000, 1, 8, {}}};
  c.rtp = *base::Address::parse("198.51.100.5:30000");
  return c;
}

Answer answered(const Description& offer, const Capabilities& c, const Description* previous = nullptr) {
  auto result = answer(offer, c, previous);
  EXPECT_TRUE(result) << offer.print();
  return result ? *result : Answer{};
}

std::vector<std::string> names(const MediaAgreement& media) {
  std::vector<std::string> out;
  for (const auto& codec : media.codecs) out.push_back(codec.encoding);
  return out;
}
using Names = std::vector<std::string>;

TEST(SdpOffer, SDP_02_SDP_03_SaysEverythingWeCanDo) {
  auto c = g711();
  c.codecs.push_back({"opus", 48'000, 2, {}, "useinbandfec=1"});
  const auto offer = make_offer(c);
  EXPECT_EQ(offer.print(),
            "v=0\r\no=- 0 0 IN IP4 198.51.100.5\r\ns=Ahoy\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\n"
            "m=audio 30000 RTP/AVP 0 8 96 101\r\n"
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n");
}

TEST(SdpOffer, OverIpv6WithRtcpElsewhereAndMux) {
  auto c = g711();
  c.rtp = *base::Address::parse("[2001:db8::5]:30000");
  c.rtcp = *base::Address::parse("[2001:db8::6]:4");
  c.rtcp_mux = true;
  c.max_ptime = 60ms;
  c.silence_suppression = false;
  c.extra = {{"x-more", "1"}};
  const auto text = make_offer(c).print();
  for (const char* line : {"c=IN IP6 2001:db8::5\r\n", "a=rtcp:4 IN IP6 2001:db8::6\r\n", "a=rtcp-mux\r\n",
                           "a=maxptime:60\r\n", "a=silenceSupp:off - - - -\r\n", "a=x-more:1\r\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(SdpOffer, AnImpliedRtcpPortIsNotWritten) {
  auto c = g711();
  c.rtcp = *base::Address::parse("198.51.100.5:30001");
  EXPECT_EQ(make_offer(c).print().find("a=rtcp"), std::string::npos);
}

TEST(SdpOffer, PayloadNumbersNeverChangeTheirMeaningInASession) {
  auto c = g711();
  c.codecs = {{"opus", 48'000, 2, {}, {}}, {"speex", 16'000, 1, {}, {}}};
  const auto first = make_offer(c);
  EXPECT_EQ(first.media[0].formats, (Names{"96", "97", "101"}));
  c.codecs = {{"speex", 16'000, 1, {}, {}}, {"iLBC", 8'000, 1, {}, {}}, {"PCMU", 8'000, 1, 0, {}}};
  const auto second = make_offer(c, &first);
  EXPECT_EQ(second.media[0].formats, (Names{"97", "98", "0", "101"})) << "96 was opus and is not used again";
}

TEST(SdpOffer, AWantedNumberThatIsTakenGivesWay) {
  auto c = g711();
  c.codecs = {{"opus", 48'000, 2, 101, {}}};
  const auto offer = make_offer(c);
  EXPECT_EQ(offer.media[0].rtpmap(101)->encoding, "opus");
  EXPECT_EQ(offer.media[0].formats, (Names{"101", "96"})) << "the event moved";
  EXPECT_EQ(offer.media[0].rtpmap(96)->encoding, "telephone-event");
}

// RFC 3264 section 10.1: audio with three codecs and two videos; Bob takes PCMU and the second video line's type.
TEST(SdpAnswer, SDP_08_TheBasicExchangeOfRfc3264) {
  const auto offer = described("m=audio 49170 RTP/AVP 0 8 97\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
                               "a=rtpmap:97 iLBC/8000\r\nm=video 51372 RTP/AVP 31 32\r\na=rtpmap:31 H261/90000\r\n"
                               "a=rtpmap:32 MPV/90000\r\n");
  auto c = g711();
  c.codecs.resize(1);
  const auto a = answered(offer, c);
  ASSERT_EQ(a.description.media.size(), 2u);
  EXPECT_EQ(a.description.media[0].port, 30'000);
  EXPECT_EQ(a.description.media[0].formats, Names{"0"});
  EXPECT_EQ(a.description.media[1].type, "video");
  EXPECT_EQ(a.description.media[1].port, 0);
  EXPECT_EQ(a.description.media[1].proto, "RTP/AVP");
  EXPECT_FALSE(a.media[0].rejected);
  EXPECT_TRUE(a.media[1].rejected);
  EXPECT_FALSE(a.media[1].remote_rtp);
  EXPECT_EQ(a.media[0].remote_rtp->text(), "192.0.2.1:49170");
  EXPECT_EQ(a.media[0].remote_rtcp->text(), "192.0.2.1:49171");
  EXPECT_EQ(audio_of(a.media), &a.media[0]);
}

TEST(SdpAnswer, SDP_08_LineOrderIsKeptWithVideoFirst) {
  const auto offer = described("m=video 5 RTP/AVP 31\r\nm=application 6 TCP/BFCP *\r\nm=audio 7 RTP/AVP 8\r\n");
  const auto a = answered(offer, g711());
  EXPECT_EQ(a.description.media[0].type, "video");
  EXPECT_EQ(a.description.media[1].proto, "TCP/BFCP");
  EXPECT_EQ(a.description.media[1].formats, Names{"*"});
  EXPECT_EQ(a.description.media[2].port, 30'000);
  EXPECT_EQ(audio_of(a.media)->index, 2u);
}

TEST(SdpAnswer, OnlyOneOfSeveralAudioStreamsAndTheOldPlaceWins) {
  const auto offer = described("m=audio 5 RTP/AVP 0\r\nm=audio 7 RTP/AVP 0\r\n");
  const auto first = answered(offer, g711());
  EXPECT_FALSE(first.media[0].rejected);
  EXPECT_TRUE(first.media[1].rejected);
  auto previous = first.description;
  std::swap(previous.media[0], previous.media[1]);
  EXPECT_EQ(audio_of(answered(offer, g711(), &previous).media)->index, 1u);
}

TEST(SdpAnswer, RSP_26_ReasonsForRefusing) {
  EXPECT_EQ(answer(described(""), g711()).error(), Reason::no_media);
  EXPECT_EQ(answer(described("m=audio 5 RTP/AVP 18\r\n"), g711()).error(), Reason::no_common_codec);
  EXPECT_EQ(answer(described("m=video 5 RTP/AVP 31\r\n"), g711()).error(), Reason::nothing_acceptable);
  EXPECT_EQ(answer(described("m=audio 5 RTP/SAVP 0\r\n"), g711()).error(), Reason::nothing_acceptable);
  EXPECT_EQ(answer(described("m=audio 5 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n"), g711()).error(),
            Reason::no_common_codec) << "digits alone are no call";
  const auto gone = answer(described("m=audio 0 RTP/AVP 0\r\n"), g711());
  ASSERT_TRUE(gone) << "an offer that removes every stream is legal";
  EXPECT_TRUE(gone->media[0].rejected);
}

TEST(SdpAnswer, SDP_12_AnotherProtocolOnceWeTakeIt) {
  auto c = g711();
  c.protos.push_back("RTP/SAVP");
  const auto a = answered(described("m=audio 5 RTP/SAVP 0\r\na=crypto:1 X inline:Y\r\n"), c);
  EXPECT_EQ(a.description.media[0].proto, "RTP/SAVP");
}

TEST(SdpAnswer, SDP_02_DynamicNumbersMatchByNameNotByNumber) {
  auto c = g711();
  c.codecs = {{"opus", 48'000, 2, 111, "useinbandfec=1"}, {"G722", 8'000, 1, 9, {}}};
  const auto a = answered(described("m=audio 5 RTP/AVP 111 120 9\r\na=rtpmap:111 speex/16000\r\n"
                                    "a=rtpmap:120 OPUS/48000/2\r\na=fmtp:120 maxplaybackrate=16000\r\n"), c);
  ASSERT_EQ(a.media[0].codecs.size(), 2u);
  const auto& opus = a.media[0].codecs[0];
  EXPECT_EQ(opus.send_payload_type, 120);
  EXPECT_EQ(opus.receive_payload_type, 120);
  EXPECT_EQ(opus.send_fmtp, "maxplaybackrate=16000");
  EXPECT_EQ(opus.receive_fmtp, "useinbandfec=1");
  EXPECT_EQ(a.media[0].codecs[1].encoding, "G722") << "static, without an rtpmap line";
  EXPECT_EQ(a.description.media[0].fmtp(std::uint8_t{120}), "useinbandfec=1");
  EXPECT_EQ(a.media[0].by_receive_payload_type(9)->encoding, "G722");
  EXPECT_EQ(a.media[0].by_receive_payload_type(111), nullptr);
}

TEST(SdpAnswer, AStaticNumberRedefinedMeansWhatTheRtpmapSays) {
  const auto result = answer(described("m=audio 5 RTP/AVP 0\r\na=rtpmap:0 GSM/8000\r\n"), g711());
  EXPECT_EQ(result.error(), Reason::no_common_codec);
}

TEST(SdpAnswer, ChannelsAndClockCount) {
  auto c = g711();
  c.codecs = {{"L16", 16'000, 1, {}, {}}};
  const auto a = answered(described("m=audio 5 RTP/AVP 96 97 98\r\na=rtpmap:96 L16/16000/2\r\na=rtpmap:97 L16/8000\r\n"
                                    "a=rtpmap:98 L16/16000/1\r\n"), c);
  ASSERT_EQ(a.media[0].codecs.size(), 1u);
  EXPECT_EQ(a.media[0].codecs[0].send_payload_type, 98);
}

TEST(SdpAnswer, ParametersThatMustAgree) {
  auto c = g711();
  c.codecs = {{"AMR", 8'000, 1, {}, "octet-align=1"}};
  const auto a = answered(described("m=audio 5 RTP/AVP 96 97\r\na=rtpmap:96 AMR/8000\r\na=rtpmap:97 AMR/8000\r\n"
                                    "a=fmtp:97 mode-set=7; octet-align=1\r\n"), c);
  ASSERT_EQ(a.media[0].codecs.size(), 1u);
  EXPECT_EQ(a.media[0].codecs[0].send_payload_type, 97);
  c.codecs[0].fmtp = "";
  EXPECT_EQ(answered(described("m=audio 5 RTP/AVP 96\r\na=rtpmap:96 AMR/8000\r\na=fmtp:96 octet-align=0\r\n"), c)
                .media[0].codecs.size(), 1u) << "the default is written or not";
}

// SDP-10, COD-06: the table of three modes.
TEST(SdpAnswer, SDP_10_COD_06_GenerousGreedyScrooge) {
  const auto offer = described("m=audio 5 RTP/AVP 8 9 0 101\r\na=rtpmap:101 telephone-event/8000\r\n");
  auto c = g711();  // PCMU, PCMA
  struct { Preference preference; Names expected; } table[]{{Preference::generous, {"PCMA", "PCMU"}},
                                                            {Preference::greedy, {"PCMU", "PCMA"}},
                                                            {Preference::scrooge, {"PCMU"}}};
  for (const auto& row : table) {
    c.preference = row.preference;
    const auto a = answered(offer, c);
    EXPECT_EQ(names(a.media[0]), row.expected);
    EXPECT_EQ(a.media[0].telephone_event->send_payload_type, 101);
    EXPECT_EQ(a.description.media[0].formats.size(), row.expected.size() + 1);
  }
}

TEST(SdpAnswer, SDP_03_EventsFollowTheClockOfTheCodec) {
  auto c = g711();
  c.codecs.insert(c.codecs.begin(), {"opus", 48'000, 2, 111, {}});
  const char* both = "m=audio 5 RTP/AVP 111 0 126 110\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:126 telephone-event/8000\r\n"
                     "a=rtpmap:110 telephone-event/48000\r\n";
  EXPECT_EQ(answered(described(both), c).media[0].telephone_event->send_payload_type, 110);
  c.codecs.erase(c.codecs.begin());
  EXPECT_EQ(answered(described(both), c).media[0].telephone_event->send_payload_type, 126);
  c.telephone_event = false;
  EXPECT_FALSE(answered(described(both), c).media[0].telephone_event);
  c.telephone_event = true;
  EXPECT_FALSE(answered(described("m=audio 5 RTP/AVP 0\r\n"), c).media[0].telephone_event);
}

TEST(SdpAnswer, SDP_03_BothEventRangesAreAccepted) {
  for (const char* range : {"0-15", "0-16"}) {
    const auto a = answered(described(std::string{"m=audio 5 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\na=fmtp:97 "} +
                                      range + "\r\n"), g711());
    EXPECT_EQ(a.media[0].telephone_event->send_payload_type, 97);
    EXPECT_EQ(a.description.media[0].fmtp(std::uint8_t{97}), range);
  }
}

struct DirectionCase {
  const char* offered;
  Direction wanted, answered;
  bool held;
};

TEST(SdpAnswer, SDP_07_F53_01_DirectionsComplementTheOffer) {
  const DirectionCase table[]{
      {"sendrecv", Direction::sendrecv, Direction::sendrecv, false},
      {"sendonly", Direction::sendrecv, Direction::recvonly, true},
      {"recvonly", Direction::sendrecv, Direction::sendonly, false},
      {"inactive", Direction::sendrecv, Direction::inactive, true},
      {"sendrecv", Direction::sendonly, Direction::sendonly, false},
      {"sendonly", Direction::sendonly, Direction::inactive, true},
      {"recvonly", Direction::sendonly, Direction::sendonly, false},
      {"sendrecv", Direction::inactive, Direction::inactive, false},
  };
  for (const auto& row : table) {
    auto c = g711();
    c.direction = row.wanted;
    const auto a = answered(described(std::string{"m=audio 5 RTP/AVP 0\r\na="} + row.offered + "\r\n"), c);
    EXPECT_EQ(a.media[0].direction, row.answered) << row.offered;
    EXPECT_EQ(a.media[0].held_by_peer, row.held) << row.offered;
    EXPECT_EQ(direction_of(a.description.media[0].attributes), row.answered);
  }
}

TEST(SdpAnswer, SDP_07_OldStyleHold) {
  const auto a = answered(described("m=audio 5 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n"), g711());
  EXPECT_TRUE(a.media[0].held_by_peer);
  EXPECT_FALSE(sends(a.media[0].direction));
  EXPECT_FALSE(a.media[0].remote_rtp);
  EXPECT_FALSE(a.media[0].rejected) << "held, not refused";
}

TEST(SdpAnswer, SDP_02_PacketTimeIsThePeersWithinReason) {
  const auto ptime = [](const std::string& lines) {
    return answered(described("m=audio 5 RTP/AVP 0\r\n" + lines), g711()).media[0].ptime;
  };
  EXPECT_EQ(ptime(""), 20ms);
  EXPECT_EQ(ptime("a=ptime:30\r\n"), 30ms);
  EXPECT_EQ(ptime("a=ptime:40\r\na=maxptime:30\r\n"), 30ms);
  EXPECT_EQ(ptime("a=ptime:0\r\n"), 20ms);
  EXPECT_EQ(ptime("a=ptime:5000\r\n"), 20ms);
  EXPECT_EQ(ptime("a=maxptime:10\r\n"), 10ms);
  EXPECT_EQ(ptime("a=maxptime:0\r\n"), 20ms);
}

TEST(SdpAnswer, SDP_04_SilenceSuppressionIsEchoed) {
  const auto a = answered(described("m=audio 5 RTP/AVP 0\r\na=silenceSupp:off - - - -\r\n"), g711());
  EXPECT_EQ(value_of(a.description.media[0].attributes, "silenceSupp"), "off - - - -");
  EXPECT_FALSE(a.media[0].silence_suppression);
  EXPECT_TRUE(answered(described("m=audio 5 RTP/AVP 0\r\n"), g711()).media[0].silence_suppression);
}

TEST(SdpAnswer, ComfortNoiseWhenWanted) {
  auto c = g711();
  const auto offer = described("m=audio 5 RTP/AVP 0 13\r\n");
  EXPECT_FALSE(answered(offer, c).media[0].comfort_noise);
  c.comfort_noise = true;
  EXPECT_EQ(answered(offer, c).media[0].comfort_noise->send_payload_type, 13);
}

TEST(SdpAnswer, SDP_11_MuxOnlyWhenBothWant) {
  const auto offer = described("m=audio 5 RTP/AVP 0\r\na=rtcp-mux\r\n");
  auto c = g711();
  EXPECT_FALSE(answered(offer, c).media[0].rtcp_mux);
  c.rtcp_mux = true;
  const auto a = answered(offer, c);
  EXPECT_TRUE(a.media[0].rtcp_mux);
  EXPECT_TRUE(a.description.media[0].rtcp_mux());
  EXPECT_EQ(a.media[0].remote_rtcp->port, 5);
  const auto without = answered(described("m=audio 5 RTP/AVP 0\r\n"), c);
  EXPECT_FALSE(without.media[0].rtcp_mux);
  EXPECT_EQ(without.media[0].remote_rtcp->port, 6);
}

TEST(SdpAnswer, TimesAreThoseOfTheOffer) {
  auto offer = described("m=audio 5 RTP/AVP 0\r\n");
  offer.timings = {{17, 18, {}}};
  EXPECT_EQ(answered(offer, g711()).description.timings, offer.timings);
}

TEST(SdpAcceptAnswer, ReadsBackOurOwnAnswer) {
  auto a_side = g711();
  a_side.rtp = *base::Address::parse("203.0.113.1:1000");
  a_side.codecs.push_back({"opus", 48'000, 2, {}, "useinbandfec=1"});
  auto b_side = g711();
  b_side.codecs = {{"opus", 48'000, 2, 120, "stereo=1"}, {"PCMA", 8'000, 1, 8, {}}};
  b_side.preference = Preference::greedy;
  const auto offer = make_offer(a_side);
  const auto b = answered(offer, b_side);
  const auto a = accept_answer(offer, b.description);
  ASSERT_TRUE(a);
  EXPECT_EQ(names(a->front()), (Names{"opus", "PCMA"}));
  EXPECT_EQ(names(a->front()), names(b.media[0]));
  EXPECT_EQ(a->front().codecs[0].send_fmtp, "stereo=1");
  EXPECT_EQ(a->front().codecs[0].receive_fmtp, "useinbandfec=1");
  EXPECT_EQ(a->front().telephone_event, b.media[0].telephone_event);
  EXPECT_EQ(a->front().remote_rtp->text(), "198.51.100.5:30000");
  EXPECT_EQ(a->front().direction, Direction::sendrecv);
}

TEST(SdpAcceptAnswer, ThePeerMayUseItsOwnNumbers) {
  auto c = g711();
  c.codecs = {{"opus", 48'000, 2, 96, {}}};
  const auto offer = make_offer(c);
  const auto a = accept_answer(offer, described("m=audio 5 RTP/AVP 111 100\r\na=rtpmap:111 opus/48000/2\r\n"
                                                "a=rtpmap:100 telephone-event/8000\r\n"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->front().codecs[0].send_payload_type, 111);
  EXPECT_EQ(a->front().codecs[0].receive_payload_type, 96);
  EXPECT_EQ(a->front().telephone_event->send_payload_type, 100);
  EXPECT_EQ(a->front().telephone_event->receive_payload_type, 101);
}

TEST(SdpAcceptAnswer, ADynamicNumberWithoutRtpmapMeansWhatWeOffered) {
  auto c = g711();
  c.codecs = {{"opus", 48'000, 2, 96, {}}};
  const auto a = accept_answer(make_offer(c), described("m=audio 5 RTP/AVP 96 101\r\n"));
  ASSERT_TRUE(a);
  EXPECT_EQ(a->front().codecs[0].encoding, "opus");
}

TEST(SdpAcceptAnswer, WhatIsWrongWithAnAnswer) {
  const auto offer = make_offer(g711());
  EXPECT_EQ(accept_answer(offer, described("")).error(), Reason::malformed_answer);
  EXPECT_EQ(accept_answer(offer, described("m=audio 5 RTP/AVP 0\r\nm=video 6 RTP/AVP 31\r\n")).error(),
            Reason::malformed_answer);
  EXPECT_EQ(accept_answer(offer, described("m=video 5 RTP/AVP 0\r\n")).error(), Reason::malformed_answer);
  EXPECT_EQ(accept_answer(offer, described("m=audio 5 RTP/AVP 18\r\n")).error(), Reason::no_codec_answered);
  EXPECT_EQ(accept_answer(offer, described("m=audio 0 RTP/AVP 0\r\n")).error(), Reason::no_codec_answered);
}

TEST(SdpAcceptAnswer, SDP_07_HoldSeenFromTheOfferer) {
  auto c = g711();
  const auto ours = [&](Direction wanted, const char* theirs) {
    c.direction = wanted;
    return *accept_answer(make_offer(c), described(std::string{"m=audio 5 RTP/AVP 0\r\na="} + theirs + "\r\n"));
  };
  EXPECT_EQ(ours(Direction::sendonly, "recvonly")[0].direction, Direction::sendonly);
  EXPECT_FALSE(ours(Direction::sendonly, "recvonly")[0].held_by_peer) << "we hold, the peer does not";
  EXPECT_EQ(ours(Direction::sendrecv, "sendonly")[0].direction, Direction::recvonly);
  EXPECT_TRUE(ours(Direction::sendrecv, "sendonly")[0].held_by_peer);
  EXPECT_TRUE(ours(Direction::sendrecv, "inactive")[0].held_by_peer);
  EXPECT_EQ(ours(Direction::recvonly, "sendonly")[0].direction, Direction::recvonly);
  EXPECT_FALSE(ours(Direction::recvonly, "sendonly")[0].held_by_peer);
}

TEST(SdpReoffer, HoldAndResumeKeepLinesAndNumbers) {
  auto c = g711();
  LocalDescription local{"-", 7};
  const auto first = local.set(make_offer(c));
  c.direction = Direction::sendonly;
  const auto hold = local.set(make_offer(c, local.current()));
  EXPECT_EQ(hold.origin.session_version, first.origin.session_version + 1);
  EXPECT_EQ(hold.media[0].formats, first.media[0].formats);
  c.direction = Direction::sendrecv;
  auto resume = local.set(make_offer(c, local.current()));
  EXPECT_EQ(resume.origin.session_version, first.origin.session_version + 2);
  resume.origin = first.origin;
  EXPECT_EQ(resume, first);
}

TEST(SdpReoffer, LinesThatWereThereStayAndTheAudioKeepsItsPlace) {
  const auto previous = described("m=video 0 RTP/AVP 31\r\nm=audio 7 RTP/AVP 8\r\nm=image 9 udptl t38\r\n");
  const auto offer = make_offer(g711(), &previous);
  ASSERT_EQ(offer.media.size(), 3u);
  EXPECT_EQ(offer.media[0].type, "video");
  EXPECT_EQ(offer.media[0].port, 0);
  EXPECT_EQ(offer.media[1].port, 30'000);
  EXPECT_EQ(offer.media[2].type, "image");
  EXPECT_EQ(offer.media[2].port, 0);
}

// A back-to-back user agent: A offers AMR, PCMA and video; we know only G.711.
TEST(SdpDerive, SDP_06_NET_09_CodecsAndVideoPassThroughWithoutBeingUnderstood) {
  const auto a_offer = described(
      "m=audio 5 RTP/AVP 97 8 96\r\na=rtpmap:97 AMR/8000\r\na=fmtp:97 octet-align=1\r\na=rtpmap:96 telephone-event/8000\r\n"
      "m=video 6 RTP/AVP 102\r\na=rtpmap:102 VP8/90000\r\na=rtcp-fb:102 nack pli\r\na=candidate:1 1 UDP 1 10.0.0.1 6 typ host\r\n"
      "m=application 8 TCP/BFCP *\r\n");
  const auto video_b = *base::Address::parse("198.51.100.5:30002");
  const auto caps = derive(a_offer, g711(), {.extra_streams = {{1, video_b}}});
  const auto b_offer = make_offer(caps);
  ASSERT_EQ(b_offer.media.size(), 3u);
  EXPECT_EQ(b_offer.media[0].formats, (Names{"97", "8", "0", "96"})) << "A's order and numbers, then ours, then events";
  EXPECT_EQ(b_offer.media[0].fmtp(std::uint8_t{97}), "octet-align=1");
  EXPECT_EQ(b_offer.media[1].port, 30'002);
  EXPECT_EQ(value_of(b_offer.media[1].attributes, "rtcp-fb"), "102 nack pli");
  EXPECT_EQ(find(b_offer.media[1].attributes, "candidate"), nullptr);
  EXPECT_EQ(b_offer.media[2].port, 0);
  EXPECT_EQ(b_offer.media[2].type, "application");
  EXPECT_EQ(b_offer.print().find("192.0.2.1"), std::string::npos) << "A's address does not reach B";

  const auto b_answer = described("m=audio 40 RTP/AVP 97 96\r\na=rtpmap:97 AMR/8000\r\na=fmtp:97 octet-align=1\r\n"
                                  "a=rtpmap:96 telephone-event/8000\r\nm=video 42 RTP/AVP 102\r\n"
                                  "a=rtpmap:102 VP8/90000\r\na=sendonly\r\nm=application 0 TCP/BFCP *\r\n");
  const auto b = accept_answer(b_offer, b_answer);
  ASSERT_TRUE(b);
  EXPECT_EQ((*b)[0].codecs[0].encoding, "AMR");
  EXPECT_TRUE((*b)[1].passed_on);
  EXPECT_EQ((*b)[1].remote_rtp->port, 42);
  EXPECT_TRUE((*b)[2].rejected);

  auto to_a = g711();
  to_a.codecs = {{"AMR", 8'000, 1, {}, "octet-align=1"}};
  to_a.passthrough = pass_on(b_answer, {{1, *base::Address::parse("198.51.100.5:30004")}});
  const auto a = answered(a_offer, to_a);
  EXPECT_EQ(names(a.media[0]), Names{"AMR"});
  EXPECT_EQ(a.description.media[1].port, 30'004);
  EXPECT_EQ(a.description.media[1].rtpmap(102)->encoding, "VP8");
  EXPECT_EQ(a.media[1].direction, Direction::sendonly);
  EXPECT_EQ(a.description.media[2].port, 0);
}

TEST(SdpDerive, OnlyWhatWeKnowAndOnlyWhatAHas) {
  const auto a_offer = described("m=audio 5 RTP/AVP 18 8\r\na=sendonly\r\n");
  auto caps = derive(a_offer, g711(), {.pass_unknown_codecs = false, .add_own_codecs = false, .keep_direction = true});
  ASSERT_EQ(caps.codecs.size(), 1u);
  EXPECT_EQ(caps.codecs[0].encoding, "PCMA");
  EXPECT_EQ(caps.direction, Direction::sendonly);
}

TEST(SdpDerive, OwnCodecsAreNotOfferedTwice) {
  const auto caps = derive(described("m=audio 5 RTP/AVP 8 0\r\n"), g711(), {});
  ASSERT_EQ(caps.codecs.size(), 2u);
  EXPECT_EQ(caps.codecs[0].encoding, "PCMA");
}

TEST(SdpDerive, AStreamWithItsOwnAddressFamily) {
  const auto a_offer = described("m=audio 5 RTP/AVP 8\r\nm=video 6 RTP/AVP 31\r\n");
  const auto offer = make_offer(derive(a_offer, g711(), {.extra_streams = {{1, *base::Address::parse("[2001:db8::9]:8")}}}));
  EXPECT_EQ(offer.rtp_address(offer.media[1])->text(), "[2001:db8::9]:8");
}

TEST(SdpReasons, EachHasASentence) {
  for (int i = 0; i <= static_cast<int>(Reason::no_codec_answered); ++i)
    EXPECT_NE(text(static_cast<Reason>(i)), "unknown") << i;
}

}  // namespace
}  // namespace sdp
