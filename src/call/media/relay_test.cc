// call/media/relay_test.cc - packets between two legs: what they carry, how they are numbered, who may send.
#include "audio/align.h"
#include "audio/level.h"
#include "audio/source.h"
#include "audio/tone_meter.h"
#include "call/media/media_fixture.h"

namespace call::test {
namespace {

class Relay : public MediaWorld {};

TEST_F(Relay, MED_01_PayloadsArriveBitExactAndAsOneStream) {
  bridge();
  std::vector<std::vector<std::uint8_t>> sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(pa.numbered());
    pa.send(a->local_rtp(), 0, sent.back());
    pb.send(b->local_rtp(), 0, pb.numbered());
    world.run_for(20ms);
  }
  ASSERT_EQ(pb.heard.size(), 100U);
  ASSERT_EQ(pa.heard.size(), 100U);
  expect_one_stream(pb.heard);
  for (std::size_t i = 0; i < sent.size(); ++i)
    ASSERT_TRUE(std::equal(sent[i].begin(), sent[i].end(), pb.heard[i].packet.payload.begin()));
  EXPECT_NE(pb.heard[0].packet.ssrc, pa.ssrc);
  EXPECT_TRUE(pb.heard[0].packet.marker);
  EXPECT_FALSE(pb.heard[1].packet.marker);
  EXPECT_EQ(pb.heard[1].packet.timestamp - pb.heard[0].packet.timestamp, 160U);
  EXPECT_EQ(a->figures().packets_in, 100U);
  EXPECT_EQ(b->figures().packets_out, 100U);
  EXPECT_EQ(a->figures().codec, "PCMU");
  EXPECT_GT(a->figures().mos, 4.0);
}

TEST_F(Relay, LossAndReorderingStayVisible) {
  bridge();
  const auto send = [&](std::uint16_t sequence) {
    pa.sequence = sequence;
    pa.timestamp = sequence * 160U;
    pa.send(a->local_rtp(), 0, pa.numbered());
    world.run_for(20ms);
  };
  for (const int sequence : {10, 11, 13, 12, 15, 16}) send(static_cast<std::uint16_t>(sequence));
  std::vector<int> steps;
  for (const auto& entry : pb.heard)
    steps.push_back(rtp::sequence_distance(entry.packet.sequence, pb.heard[0].packet.sequence));
  EXPECT_EQ(steps, (std::vector{0, 1, 3, 2, 5, 6}));
  EXPECT_EQ(a->figures().packets_lost, 1U);
  send(9);  // From before the stream was taken over: its number was used for something else.
  EXPECT_EQ(pb.heard.size(), 6U);
}

TEST_F(Relay, PayloadNumbersAreThoseOfEachSide) {
  a = make(on_a);
  b = make(on_b);
  ASSERT_TRUE(a->take_offer(pa.sdp("96 0 100", "a=rtpmap:96 OPUS/48000/2\r\na=rtpmap:100 telephone-event/8000\r\n")));
  ASSERT_TRUE(b->make_offer(a.get()));
  EXPECT_NE(b->local_sdp().find("a=rtpmap:96 OPUS/48000/2"), std::string::npos);
  ASSERT_TRUE(b->take_answer(pb.sdp("107 103", "a=rtpmap:107 opus/48000/2\r\na=rtpmap:103 telephone-event/8000\r\n")));
  ASSERT_TRUE(a->make_answer(b.get()));
  EXPECT_EQ(a->figures().codec, "OPUS");
  a->join(*b);
  pa.send(a->local_rtp(), 96, pa.numbered(40), 960);
  pb.send(b->local_rtp(), 96, pb.numbered(40), 960);
  pa.send_event(a->local_rtp(), 100, '7', 160, false);
  world.run_for(100ms);
  ASSERT_EQ(pb.heard.size(), 2U);
  EXPECT_EQ(pb.heard[0].packet.payload_type, 107);
  EXPECT_EQ(pb.heard[1].packet.payload_type, 103);
  ASSERT_EQ(pa.heard.size(), 1U);
  EXPECT_EQ(pa.heard[0].packet.payload_type, 96);
}

TEST_F(Relay, SDP_08_TheOtherLegsCodecIsPreferredInTheAnswer) {
  a = make(on_a);
  b = make(on_b);
  ASSERT_TRUE(a->take_offer(pa.sdp("0 8 9")));
  ASSERT_TRUE(b->make_offer(a.get()));
  ASSERT_TRUE(b->take_answer(pb.sdp("9")));  // G.722, which nobody here can decode
  ASSERT_TRUE(a->make_answer(b.get()));
  EXPECT_EQ(a->figures().codec, "G722");
  EXPECT_NE(a->local_sdp().find("m=audio"), std::string::npos);
  EXPECT_EQ(a->local_sdp().find("PCMA"), std::string::npos);
}

TEST_F(Relay, AnAnsweredLegIsNotOfferedWithWhatItCannotUseAnyMore) {
  a = make(on_a);
  b = make(on_b);
  answer(*a, pa.sdp("9 0"));
  ASSERT_TRUE(b->make_offer(a.get()));
  EXPECT_EQ(b->local_sdp().find("G722"), std::string::npos);
  EXPECT_NE(b->local_sdp().find("RTP/AVP 0 8 101"), std::string::npos);
}

TEST_F(Relay, MED_02_OneStreamThroughPlayingRelayAndPause) {
  bridge();
  const auto relay_for = [&](int packets) {
    for (int i = 0; i < packets; ++i) {
      pa.send(a->local_rtp(), 0, pa.numbered());
      world.run_for(20ms);
    }
  };
  b->play(audio::silence(400, 0, 8'000, world.random()));
  world.run_for(500ms);
  EXPECT_EQ(on_b.played, 1);
  const auto played = pb.heard.size();
  EXPECT_EQ(played, 20U);
  relay_for(20);
  world.run_for(3s);
  relay_for(20);
  b->play(audio::silence(200, 0, 8'000, world.random()));
  relay_for(10);  // Not heard: what plays goes first.
  relay_for(20);
  EXPECT_EQ(pb.heard.size(), played + 20 + 20 + 10 + 20);
  expect_one_stream(pb.heard);
  EXPECT_TRUE(pb.heard[played].packet.marker);
  EXPECT_FALSE(pb.heard[played + 1].packet.marker);
  // Media time goes on by the clock, whatever was sent.
  for (const auto& entry : pb.heard) {
    const auto media = base::Duration{std::int64_t{entry.packet.timestamp - pb.heard[0].packet.timestamp} * 125};
    const auto real = entry.at - pb.heard[0].at;
    const auto is_of_gap = real > 3s && real < 4s;
    if (!is_of_gap) continue;
    EXPECT_LE(std::chrono::abs(media - real), 3'100ms);
  }
}

TEST_F(Relay, ASecondSourceIsNumberedOn) {
  bridge();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) {
      pa.send(a->local_rtp(), 0, pa.numbered());
      world.run_for(20ms);
    }
    pa.ssrc += 1;
    pa.sequence = static_cast<std::uint16_t>(pa.sequence + 30'000);
    pa.timestamp -= 1'000'000;
  }
  expect_one_stream(pb.heard);
  EXPECT_EQ(pb.heard.size(), 28U);  // The first of a new source is on probation.
}

TEST_F(Relay, MED_03_TranscodesWhenTheCodecsDiffer) {
  a = make(on_a);
  b = make(on_b, "L16@16000h");
  answer(*a, pa.sdp("8"));
  answer(*b, pb.sdp("97", "a=rtpmap:97 L16/16000\r\n"));
  a->join(*b);
  const auto* pcma = codec::find("PCMA");
  const auto* wide = codec::find("L16", 16'000);
  const auto tone = sine(1'000, 8'000, 2s);
  say(pa, *a, *pcma, 8, tone);
  audio::ToneMeter meter{16'000};
  meter.put(pb.sound(*wide, 97));
  EXPECT_GT(meter.share(1'000), 0.9);
  EXPECT_NEAR(meter.level_dbm0(), audio::level_dbm0(tone), 1.0);
  expect_one_stream(pb.heard);
  EXPECT_EQ(pb.heard[1].packet.timestamp - pb.heard[0].packet.timestamp, 320U);
  say(pb, *b, *wide, 97, sine(440, 16'000, 2s));
  audio::ToneMeter back{8'000};
  back.put(pa.sound(*pcma, 8));
  EXPECT_GT(back.share(440), 0.4);  // Half of it is the silence from before.
}

TEST_F(Relay, TranscodingFindsTheSameSoundDespiteLossAndJitter) {
  a = make(on_a, "PCMA");
  b = make(on_b, "PCMU");
  answer(*a, pa.sdp("8"));
  answer(*b, pb.sdp("0"));
  a->join(*b);
  base::Random noise{5};
  std::vector<std::int16_t> speech(8'000 * 6);
  double low = 0;
  for (auto& s : speech) s = static_cast<std::int16_t>(low = low * 0.9 + (static_cast<double>(noise.below(8'000)) - 4'000));
  world.weather = {.loss = 0.02, .delay_min = 5ms, .delay_max = 30ms};
  say(pa, *a, *codec::find("PCMA"), 8, speech);
  // The delay adapts to the path, so each second is looked for by itself.
  const auto heard = pb.sound(*codec::find("PCMU"), 0);
  ASSERT_GT(heard.size(), 8'000U * 5);
  double sum = 0;
  for (std::size_t second = 0; second < 5; ++second) {
    const auto at = second * 8'000;
    const auto found = audio::align(std::span{speech}.subspan(at, 8'000), std::span{heard}.subspan(at, 8'000), 2'000);
    sum += found.correlation;
    EXPECT_LT(found.lag_samples, 8 * 150) << second;
  }
  EXPECT_GT(sum / 5, 0.7);
  EXPECT_GT(a->figures().packets_concealed, 2U);
}

TEST_F(Relay, MED_04_DigitsAreRelayedAndToldOnce) {
  bridge();
  for (int i = 1; i <= 5; ++i) {
    pa.send_event(a->local_rtp(), 101, '5', static_cast<std::uint16_t>(i * 160), false);
    world.run_for(20ms);
  }
  for (int i = 0; i < 3; ++i) pa.send_event(a->local_rtp(), 101, '5', 960, true);
  world.run_for(1s);
  EXPECT_EQ(on_a.digits, "5");
  EXPECT_EQ(on_a.last_duration, 120ms);
  EXPECT_EQ(on_b.digits, "");
  ASSERT_EQ(pb.heard.size(), 8U);
  EXPECT_EQ(pb.heard.front().packet.timestamp, pb.heard.back().packet.timestamp);
  EXPECT_EQ(rtp::TelephoneEvent::parse(pb.heard.back().packet.payload)->event, 5);
  EXPECT_EQ(a->figures().digits_in, 1U);
}

TEST_F(Relay, ALostEndOfADigitIsMadeUp) {
  bridge();
  pa.send_event(a->local_rtp(), 101, '#', 160, false);
  world.run_for(1s);
  EXPECT_EQ(on_a.digits, "#");
}

TEST_F(Relay, ComfortNoiseAndCodecsBothKnowAreRelayedNotDecoded) {
  a = make(on_a);
  b = make(on_b);
  ASSERT_TRUE(a->take_offer(pa.sdp("0 13")));
  ASSERT_TRUE(b->make_offer(a.get()));
  EXPECT_NE(b->local_sdp().find("a=rtpmap:13 CN/8000"), std::string::npos);
  ASSERT_TRUE(b->take_answer(pb.sdp("0 13")));
  ASSERT_TRUE(a->make_answer(b.get()));
  a->join(*b);
  const std::uint8_t noise[]{40};
  pa.send(a->local_rtp(), 13, noise);
  world.run_for(20ms);
  ASSERT_EQ(pb.heard.size(), 1U);
  EXPECT_EQ(pb.heard[0].packet.payload_type, 13);
}

TEST_F(Relay, NET_09_VideoAndItsControlGoThroughUntouched) {
  a = make(on_a);
  b = make(on_b);
  Peer va{world, "va", base::Ip::v4(10, 0, 0, 12), 5'000}, vb{world, "vb", base::Ip::v4(10, 0, 0, 13), 5'000};
  const auto video = [](const Peer& peer, int number) {
    return "m=video 5000 RTP/AVP " + std::to_string(number) + "\r\nc=IN IP4 " + peer.address.ip.text() +
           "\r\na=rtpmap:" + std::to_string(number) + " H264/90000\r\na=fmtp:" + std::to_string(number) +
           " profile-level-id=42801F\r\n";
  };
  ASSERT_TRUE(a->take_offer(pa.pcmu(video(va, 99))));
  ASSERT_TRUE(b->make_offer(a.get()));
  EXPECT_NE(b->local_sdp().find("m=video 20002 RTP/AVP 99"), std::string::npos) << b->local_sdp();
  EXPECT_NE(b->local_sdp().find("profile-level-id=42801F"), std::string::npos);
  ASSERT_TRUE(b->take_answer(pb.pcmu(video(vb, 120))));
  ASSERT_TRUE(a->make_answer(b.get()));
  EXPECT_NE(a->local_sdp().find("a=rtpmap:120 H264/90000"), std::string::npos) << a->local_sdp();
  a->join(*b);
  const auto answered = sdp::Description::parse(a->local_sdp());
  const base::Address at{base::Ip::v4(10, 0, 0, 1), answered->media[1].port};
  EXPECT_EQ(pool.in_use(), 4U);
  const auto payload = va.numbered(900);
  va.send(at, 120, payload);
  va.rtcp->send({at.ip, static_cast<std::uint16_t>(at.port + 1)}, "\x81\xce\x00\x02PLI.....");
  world.run_for(20ms);
  ASSERT_EQ(vb.heard.size(), 1U);
  EXPECT_EQ(vb.heard[0].packet.ssrc, va.ssrc);
  EXPECT_EQ(vb.heard[0].packet.sequence, 1'000);
  EXPECT_TRUE(std::equal(payload.begin(), payload.end(), vb.heard[0].packet.payload.begin()));
  ASSERT_EQ(vb.control.heard.size(), 1U);
  a->close();
  b->close();
  EXPECT_EQ(pool.in_use(), 0U);
}

TEST_F(Relay, NAT_01_FollowsTheRealSourceAndIgnoresStrangers) {
  bridge();
  Peer nat{world, "nat", base::Ip::v4(192, 0, 2, 9), 61'000}, thief{world, "thief", base::Ip::v4(192, 0, 2, 66), 61'000};
  nat.send(a->local_rtp(), 0, nat.numbered());
  world.run_for(1s);
  thief.ssrc = 0x999;
  thief.send(a->local_rtp(), 0, thief.numbered());
  pb.send(b->local_rtp(), 0, pb.numbered());
  world.run_for(20ms);
  EXPECT_EQ(pb.heard.size(), 1U);
  EXPECT_EQ(nat.heard.size(), 1U);
  EXPECT_EQ(pa.heard.size(), 0U);
  EXPECT_EQ(a->figures().packets_refused, 1U);
  EXPECT_EQ(a->figures().remote, nat.address);
}

TEST_F(Relay, PartEndsItAndDeathOfEitherToo) {
  bridge();
  a->part();
  EXPECT_EQ(b->joined(), nullptr);
  pa.send(a->local_rtp(), 0, pa.numbered());
  world.run_for(20ms);
  EXPECT_TRUE(pb.heard.empty());
  a->join(*b);
  b.reset();
  EXPECT_EQ(a->joined(), nullptr);
  pa.send(a->local_rtp(), 0, pa.numbered());
  world.run_for(20ms);
}

TEST_F(Relay, GarbageIsHarmless) {
  bridge();
  base::Random random{3};
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(random.below(80), '\0');
    for (auto& c : bytes) c = static_cast<char>(random.u32());
    if (!bytes.empty() && random.chance(0.7)) bytes[0] = static_cast<char>(0x80);
    (random.chance(0.5) ? pa.rtp : pa.rtcp)->send(a->local_rtp(), bytes);
    pa.rtcp->send({a->local_rtp().ip, static_cast<std::uint16_t>(a->local_rtp().port + 1)}, bytes);
  }
  world.run_for(1s);
  std::string large(1'501, '\x80');
  pa.rtp->send(a->local_rtp(), large);
  world.run_for(1s);
}

}  // namespace
}  // namespace call::test
