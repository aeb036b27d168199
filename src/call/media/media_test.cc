// call/media/media_test.cc - one leg: descriptions, playing, recording, echo, digits, reports, timeouts, limits.
#include "call/media/media.h"

#include <filesystem>
#include <fstream>

#include "audio/align.h"
#include "audio/file.h"
#include "audio/source.h"
#include "audio/tone_meter.h"
#include "call/media/media_fixture.h"

namespace call::test {
namespace {

class MediaTest : public MediaWorld {
 protected:
  std::string temporary(const std::string& name) {
    const auto path = std::filesystem::temp_directory_path() / ("ahoy_media_" + std::to_string(::getpid()) + name);
    files_.push_back(path);
    std::filesystem::remove(path);
    return path;
  }
  ~MediaTest() override {
    for (const auto& path : files_) std::filesystem::remove(path);
  }
  std::vector<std::filesystem::path> files_;
};

TEST_F(MediaTest, SDP_07_HoldAndResumeKeepNumbersAndFigures) {
  bridge();
  const auto first = sdp::Description::parse(a->local_sdp());
  pa.send(a->local_rtp(), 0, pa.numbered());
  world.run_for(20ms);
  ASSERT_TRUE(a->take_offer(pa.pcmu("a=sendonly\r\n")));
  EXPECT_TRUE(a->has_offer());
  ASSERT_TRUE(a->make_answer(b.get()));
  EXPECT_TRUE(a->held());
  const auto second = sdp::Description::parse(a->local_sdp());
  EXPECT_EQ(second->origin.session_version, first->origin.session_version + 1);
  EXPECT_EQ(second->origin.session_id, first->origin.session_id);
  EXPECT_NE(a->local_sdp().find("a=recvonly"), std::string::npos);
  pb.send(b->local_rtp(), 0, pb.numbered());
  world.run_for(20ms);
  EXPECT_TRUE(pa.heard.empty());
  ASSERT_TRUE(a->take_offer(pa.pcmu()));
  ASSERT_TRUE(a->make_answer(b.get()));
  EXPECT_FALSE(a->held());
  pb.send(b->local_rtp(), 0, pb.numbered());
  world.run_for(20ms);
  EXPECT_EQ(pa.heard.size(), 1U);
  EXPECT_EQ(a->figures().packets_in, 1U);
}

TEST_F(MediaTest, ARefusedReofferChangesNothing) {
  bridge();
  ASSERT_TRUE(a->take_offer(pa.sdp("3")));
  const auto refused = a->make_answer(b.get());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), Media::Refusal::not_acceptable);
  EXPECT_FALSE(a->has_offer());
  pb.send(b->local_rtp(), 0, pb.numbered());
  world.run_for(20ms);
  EXPECT_EQ(pa.heard.size(), 1U);
}

TEST_F(MediaTest, RSP_26_WhatIsRefused) {
  a = make(on_a);
  EXPECT_EQ(a->take_offer("").error(), Media::Refusal::malformed);
  EXPECT_EQ(a->take_offer("v=1\r\n").error(), Media::Refusal::malformed);
  ASSERT_TRUE(a->take_offer("v=0\r\no=- 1 1 IN IP4 10.0.0.2\r\ns=-\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\nm=video 5000 RTP/AVP 99\r\n"));
  EXPECT_EQ(a->make_answer(nullptr).error(), Media::Refusal::not_acceptable);
  EXPECT_FALSE(a->negotiated());
  ASSERT_TRUE(a->make_offer(nullptr));
  EXPECT_EQ(a->take_answer("nonsense").error(), Media::Refusal::malformed);
  EXPECT_EQ(a->take_answer(pa.sdp("3")).error(), Media::Refusal::not_acceptable);
  ASSERT_TRUE(a->take_answer(pa.sdp("8")));
  ASSERT_TRUE(a->take_answer(pa.sdp("8")));  // 183, then 200 with the same
  EXPECT_EQ(a->figures().codec, "PCMA");
}

TEST_F(MediaTest, PortsComeWithTheFirstDescriptionAndRunOut) {
  PortPool two{server.shard(), 30'000, 30'003};
  Listener user;
  Media one{server.shard(), two, options_with("PCMU"), user}, other{server.shard(), two, options_with("PCMU"), user},
      third{server.shard(), two, options_with("PCMU"), user};
  EXPECT_EQ(two.in_use(), 0U);
  ASSERT_TRUE(one.make_offer(nullptr));
  ASSERT_TRUE(other.make_offer(nullptr));
  EXPECT_EQ(third.make_offer(nullptr).error(), Media::Refusal::no_ports);
  one.close();
  one.close();
  EXPECT_EQ(one.make_offer(nullptr).error(), Media::Refusal::no_ports);
  world.run_for(PortPool::rest);
  EXPECT_TRUE(third.make_offer(nullptr));
}

TEST_F(MediaTest, SaysWhatThePeerOffers) {
  a = make(on_a);
  ASSERT_TRUE(a->take_offer(pa.sdp("0 9 101", "a=rtpmap:101 telephone-event/8000\r\na=ptime:30\r\n")));
  EXPECT_EQ(a->remote_codecs(), "PCMU@8000h@30i,G722@8000h@30i");
}

TEST_F(MediaTest, IPv6Works) {
  auto& six = world.add_host("six", {*base::Ip::parse("2001:db8::1")});
  PortPool ports{six.shard(), 20'000, 20'009};
  Peer peer{world, "peer6", *base::Ip::parse("2001:db8::2")};
  auto options = options_with("PCMU");
  options.local = options.advertised = six.ip();
  Media media{six.shard(), ports, options, on_a};
  answer(media, peer.pcmu());
  EXPECT_NE(media.local_sdp().find("c=IN IP6 2001:db8::1"), std::string::npos);
  media.play(audio::silence(100, 0, 8'000, world.random()));
  world.run_for(1s);
  EXPECT_EQ(peer.heard.size(), 5U);
}

TEST_F(MediaTest, MED_05_PlaysASourceInStepAndTellsItsEnd) {
  a = make(on_a);
  a->play(*audio::open_source("tone_stream://%(1010,0,440)", 8'000, world.random()));
  world.run_for(1s);
  EXPECT_TRUE(pa.heard.empty());  // Not negotiated yet.
  answer(*a, pa.pcmu());
  world.run_for(2s);
  EXPECT_EQ(on_a.played, 1);
  EXPECT_FALSE(a->playing());
  EXPECT_EQ(a->played_samples(), 8'080U);
  ASSERT_EQ(pa.heard.size(), 51U);
  expect_one_stream(pa.heard);
  EXPECT_TRUE(pa.heard[0].packet.marker);
  for (std::size_t i = 1; i < pa.heard.size(); ++i) EXPECT_EQ(pa.heard[i].at - pa.heard[i - 1].at, 20ms);
  audio::ToneMeter meter{8'000};
  meter.put(pa.sound(*codec::find("PCMU"), 0));
  EXPECT_GT(meter.share(440), 0.9);
  a->play(*audio::open_source("silence_stream://10000", 8'000, world.random()));
  world.run_for(100ms);
  a->stop_playing();
  world.run_for(1s);
  EXPECT_EQ(on_a.played, 1);
}

TEST_F(MediaTest, ASourceOfAnotherRateAndPacketTime) {
  a = make(on_a, "L16@16000h");
  answer(*a, pa.sdp("97", "a=rtpmap:97 L16/16000\r\na=ptime:10\r\n"));
  EXPECT_EQ(a->sample_rate_hz(), 16'000U);
  a->play(*audio::open_source("tone_stream://%(1000,0,440)", 8'000, world.random()), 8'000);
  world.run_for(2s);
  EXPECT_NEAR(static_cast<double>(pa.heard.size()), 100, 2);
  audio::ToneMeter meter{16'000};
  meter.put(pa.sound(*codec::find("L16", 16'000), 97));
  EXPECT_GT(meter.share(440), 0.9);
}

TEST_F(MediaTest, WhatCannotBeEncodedEndsAtOnce) {
  a = make(on_a, "");
  b = make(on_b);
  ASSERT_TRUE(b->make_offer(nullptr));
  ASSERT_TRUE(a->take_offer(pa.sdp("9")));
  auto c = make(on_b);
  ASSERT_TRUE(c->make_offer(a.get()));
  ASSERT_TRUE(c->take_answer(pb.sdp("9")));
  ASSERT_TRUE(a->make_answer(c.get()));
  a->play(audio::silence(60'000, 0, 8'000, world.random()));
  world.run_for(100ms);
  EXPECT_EQ(on_a.played, 1);
  EXPECT_TRUE(pa.heard.empty());
}

TEST_F(MediaTest, MED_06_RecordsWhatComesIn) {
  a = make(on_a);
  answer(*a, pa.pcmu());
  const auto path = temporary(".wav");
  const auto tone = sine(700, 8'000, 3s);
  a->record(path, {});
  EXPECT_TRUE(a->recording());
  say(pa, *a, *codec::find("PCMU"), 0, tone);
  a->stop_recording();
  world.run_for(100ms);
  EXPECT_EQ(on_a.recorded, 1);
  EXPECT_FALSE(a->recording());
  const auto clip = audio::load_clip(path, 8'000, 1'000'000);
  ASSERT_TRUE(clip);
  EXPECT_EQ((*clip)->size(), a->recorded().samples);
  EXPECT_NEAR(static_cast<double>((*clip)->size()), 24'000, 800);
  audio::ToneMeter meter{8'000};
  meter.put(**clip);
  EXPECT_GT(meter.share(700), 0.95);
}

TEST_F(MediaTest, RecordingEndsByLimitSilenceAndRefusal) {
  a = make(on_a);
  answer(*a, pa.pcmu());
  a->record(temporary("limit.wav"), {.limit = 1s});
  world.run_for(2s);
  EXPECT_EQ(on_a.recorded, 1);
  EXPECT_EQ(a->recorded().samples, 8'000U);
  EXPECT_FALSE(a->recorded().silence_exhausted);

  a->record(temporary("silence.wav"), {.silence_threshold = 200, .silence_limit = 2s});
  say(pa, *a, *codec::find("PCMU"), 0, sine(700, 8'000, 3s));
  EXPECT_TRUE(a->recording());
  world.run_for(3s);
  EXPECT_EQ(on_a.recorded, 2);
  EXPECT_TRUE(a->recorded().silence_exhausted);

  a->record("/proc/nowhere/x.wav", {});
  world.run_for(100ms);
  EXPECT_EQ(on_a.recorded, 3);
  EXPECT_TRUE(a->recorded().failed);
}

TEST_F(MediaTest, ARecordingIsFinishedWhenTheCallEnds) {
  a = make(on_a);
  answer(*a, pa.pcmu());
  const auto path = temporary("end.wav");
  a->record(path, {});
  say(pa, *a, *codec::find("PCMU"), 0, sine(700, 8'000, 1500ms));
  a->close();
  a.reset();
  world.run_for(100ms);
  const auto clip = audio::load_clip(path, 8'000, 1'000'000);
  ASSERT_TRUE(clip);
  EXPECT_GT((*clip)->size(), 11'000U);
  EXPECT_EQ(on_a.recorded, 0);
}

TEST_F(MediaTest, RelayGoesOnWhileRecording) {
  bridge();
  a->record(temporary("both.wav"), {});
  say(pa, *a, *codec::find("PCMU"), 0, sine(700, 8'000, 1s));
  EXPECT_EQ(pb.heard.size(), 50U);
  EXPECT_GT(a->recorded().samples, 7'000U);
}

TEST_F(MediaTest, MED_07_EchoComesBackBitExactAfterTheDelay) {
  a = make(on_a);
  answer(*a, pa.pcmu());
  for (const auto delay : {base::Duration{0}, base::Duration{500ms}, base::Duration{3s}}) {
    pa.forget();
    a->echo(delay);
    std::vector<std::vector<std::uint8_t>> sent;
    const auto begin = world.now();
    for (int i = 0; i < 50; ++i) {
      sent.push_back(pa.numbered());
      pa.send(a->local_rtp(), 0, sent.back());
      world.run_for(20ms);
    }
    world.run_for(delay + 100ms);
    ASSERT_EQ(pa.heard.size(), 50U);
    EXPECT_EQ(pa.heard[0].at - begin, delay + 2ms);
    expect_one_stream(pa.heard);
    for (std::size_t i = 0; i < sent.size(); ++i)
      EXPECT_TRUE(std::equal(sent[i].begin(), sent[i].end(), pa.heard[i].packet.payload.begin()));
    a->stop_echo();
  }
}

TEST_F(MediaTest, MED_04_SendsDigitsAsEventsWithPauses) {
  a = make(on_a);
  answer(*a, pa.sdp("0 96", "a=rtpmap:96 telephone-event/8000\r\n"));
  a->send_digits("1w2", 100ms);
  const auto begin = world.now();
  world.run_for(2s);
  std::map<std::uint32_t, std::pair<int, base::Time>> digits;
  for (const auto& entry : pa.heard) {
    ASSERT_EQ(entry.packet.payload_type, 96);
    digits[entry.packet.timestamp] = {rtp::TelephoneEvent::parse(entry.packet.payload)->event, entry.at};
  }
  expect_one_stream(pa.heard);
  ASSERT_EQ(digits.size(), 2U);
  EXPECT_EQ(digits.begin()->second.first, 1);
  EXPECT_EQ(digits.rbegin()->second.first, 2);
  EXPECT_GT(digits.rbegin()->second.second - begin, 600ms);
  EXPECT_EQ(a->figures().digits_out, 2U);
}

TEST_F(MediaTest, DigitsWaitForNegotiation) {
  a = make(on_a);
  a->send_digits("42", 100ms);
  world.run_for(1s);
  answer(*a, pa.pcmu());
  world.run_for(1s);
  EXPECT_EQ(a->figures().digits_out, 2U);
  EXPECT_GT(pa.heard.size(), 10U);
  EXPECT_EQ(pa.heard[0].packet.payload_type, 101);
}

TEST_F(MediaTest, DigitsAreTonesForWhoKnowsNoEvents) {
  a = make(on_a);
  b = make(on_b);
  answer(*a, pa.sdp("0"));
  answer(*b, pb.sdp("0"));
  b->detect_tones(true);
  // What a sends to its peer is what b is given to hear.
  a->send_digits("15w9", 100ms);
  a->send_digits("#", 100ms);  // behind it
  world.run_for(2s);
  const auto heard = std::move(pa.heard);
  ASSERT_GT(heard.size(), 30U);
  for (const auto& entry : heard) {
    pb.send(b->local_rtp(), 0, entry.packet.payload);
    world.run_for(20ms);
  }
  world.run_for(200ms);
  EXPECT_EQ(on_b.digits, "159#");
}

TEST_F(MediaTest, ADigitFromEventsBecomesATonePeersWithoutEventsHear) {
  a = make(on_a);
  b = make(on_b);
  answer(*a, pa.pcmu());
  answer(*b, pb.sdp("0"));
  a->join(*b);
  pa.send_event(a->local_rtp(), 101, '8', 800, true);
  world.run_for(1s);
  EXPECT_EQ(on_a.digits, "8");
  audio::ToneMeter meter{8'000};
  meter.put(pb.sound(*codec::find("PCMU"), 0));
  EXPECT_GT(meter.share(852, 0.3), 0.3);
  EXPECT_GT(meter.share(1'336, 0.3), 0.3);
}

TEST_F(MediaTest, MED_08_ReportsGoBothWaysAndAByeAtTheEnd) {
  a = make(on_a);
  answer(*a, pa.pcmu());
  a->play(audio::silence(20'000, 0, 8'000, world.random()));
  pa.send(a->local_rtp(), 0, pa.numbered());
  world.run_for(15s);
  ASSERT_GE(pa.control.heard.size(), 2U);
  const auto packets = rtp::parse_rtcp(pa.control.heard.back());
  ASSERT_TRUE(packets);
  const auto* report = std::get_if<rtp::SenderReport>(&packets->front());
  ASSERT_NE(report, nullptr);
  ASSERT_EQ(report->blocks.size(), 1U);
  EXPECT_EQ(report->blocks[0].ssrc, pa.ssrc);
  EXPECT_EQ(report->ssrc, pa.heard.back().packet.ssrc);
  // NTP time is the wall clock.
  EXPECT_NEAR(static_cast<double>(report->ntp >> 32),
              static_cast<double>(2'208'988'800 + sim::World::epoch.count()) + 15, 16);
  // The peer reports half of it lost, 100 ms round trip.
  std::vector<std::uint8_t> out;
  rtp::ReportBlock block;
  block.ssrc = report->ssrc;
  block.fraction_lost = 128;
  block.last_sr = static_cast<std::uint32_t>(report->ntp >> 16);
  rtp::build_rtcp(rtp::ReceiverReport{pa.ssrc, {block}}, out);
  pa.rtcp->send({a->local_rtp().ip, static_cast<std::uint16_t>(a->local_rtp().port + 1)}, base::text_of(out));
  world.run_for(10ms);
  EXPECT_DOUBLE_EQ(a->figures().peer_loss.value(), 0.5);
  EXPECT_TRUE(a->figures().round_trip.has_value());
  const auto before = pa.control.heard.size();
  a->close();
  world.run_for(10s);
  ASSERT_EQ(pa.control.heard.size(), before + 1);
  EXPECT_TRUE(std::holds_alternative<rtp::Bye>(rtp::parse_rtcp(pa.control.heard.back())->back()));
  EXPECT_GT(a->figures().packets_out, 700U);
}

TEST_F(MediaTest, SDP_11_RtcpOnThePortOfRtp) {
  a = make(on_a);
  answer(*a, pa.pcmu("a=rtcp-mux\r\n"));
  EXPECT_NE(a->local_sdp().find("a=rtcp-mux"), std::string::npos);
  a->play(audio::silence(10'000, 0, 8'000, world.random()));
  world.run_for(10s);
  EXPECT_TRUE(pa.control.heard.empty());
  EXPECT_TRUE(std::any_of(pa.heard.begin(), pa.heard.end(), [](const auto& e) { return rtp::is_rtcp(e.bytes); }));
}

TEST_F(MediaTest, MED_09_SilenceOnTheLineIsToldOnce) {
  auto options = options_with("PCMU");
  options.rtp_timeout = 10s;
  options.rtp_hold_timeout = 60s;
  a = std::make_unique<Media>(server.shard(), pool, options, on_a);
  answer(*a, pa.pcmu());
  world.run_for(9s);
  pa.send(a->local_rtp(), 0, pa.numbered());
  world.run_for(9'900ms);
  EXPECT_EQ(on_a.timeouts, 0);
  world.run_for(200ms);
  EXPECT_EQ(on_a.timeouts, 1);
  world.run_for(60s);
  EXPECT_EQ(on_a.timeouts, 1);
  answer(*a, pa.pcmu("a=inactive\r\n"));
  world.run_for(59s);
  EXPECT_EQ(on_a.timeouts, 1);
  on_a.on_timeout = [&] { a->close(); };
  world.run_for(2s);
  EXPECT_EQ(on_a.timeouts, 2);
}

TEST_F(MediaTest, NothingTicksWhileNothingIsNeeded) {
  bridge();
  world.run_for(10s);
  std::size_t sent = 0;
  world.set_tap([&](const sim::Sent&) { ++sent; });
  world.run_for(60s);
  EXPECT_LT(sent, 60U);  // Reports only, and RR at that: nobody has sent anything.
}

}  // namespace
}  // namespace call::test
