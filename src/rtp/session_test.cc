// rtp/session_test.cc - two sessions in virtual time; sender, quality.
#include "rtp/session.h"

#include <gtest/gtest.h>

namespace rtp {
namespace {

using namespace std::chrono_literals;
using Raw = std::vector<std::uint8_t>;

TEST(RtpSender, NumbersFollowEachOther) {
  base::Random random{1};
  Sender sender{8'000, random};
  Raw first, second, third;
  const Raw payload(160);
  const auto sequence = sender.next_sequence();
  sender.build(0, payload, 160, base::Time{}, first);
  sender.build(0, payload, 160, base::Time{} + 20ms, second);
  const auto a = *Packet::parse(first);
  const auto b = *Packet::parse(second);
  EXPECT_TRUE(a.marker);
  EXPECT_FALSE(b.marker);
  EXPECT_EQ(a.sequence, sequence);
  EXPECT_EQ(sequence_distance(b.sequence, a.sequence), 1);
  EXPECT_EQ(b.timestamp - a.timestamp, 160u);
  EXPECT_EQ(a.ssrc, sender.ssrc());
  sender.skip(1'600);
  sender.begin_talk_spurt();
  sender.build(0, payload, 160, base::Time{} + 220ms, third);
  const auto c = *Packet::parse(third);
  EXPECT_TRUE(c.marker);
  EXPECT_EQ(c.timestamp - b.timestamp, 1'760u);
  EXPECT_EQ(sender.packets(), 3u);
  EXPECT_EQ(sender.octets(), 480u);
  EXPECT_EQ(sender.timestamp_at(base::Time{} + 320ms) - c.timestamp, 800u);
}

TEST(RtpSender, SequenceWraps) {
  base::Random random{1};
  Sender sender{8'000, random};
  for (int i = 0; i < 70'000; ++i) {
    Raw out;
    const auto expected = sender.next_sequence();
    sender.build(0, {}, 160, base::Time{}, out);
    ASSERT_EQ(sender.next_sequence(), static_cast<std::uint16_t>(expected + 1));
  }
}

TEST(RtpSender, StartsAtRandomNumbers) {
  base::Random random{7};
  Sender a{8'000, random};
  Sender b{8'000, random};
  EXPECT_NE(a.ssrc(), b.ssrc());
  EXPECT_NE(a.timestamp(), b.timestamp());
  EXPECT_LT(a.next_sequence(), 0x8000);
}

TEST(RtpQuality, KnownPoints) {
  EXPECT_NEAR(mos_of(93.2), 4.41, 0.01);
  EXPECT_NEAR(mos_of(50), 2.58, 0.01) << "G.107 annex B: R 50 is the limit of what is recommended";
  EXPECT_EQ(mos_of(0), 1.0);
  EXPECT_EQ(mos_of(-10), 1.0);
  EXPECT_NEAR(mos_of(100), 4.5, 1e-9);
}

TEST(RtpQuality, FallsWithLossDelayAndJitter) {
  const auto perfect = estimate({});
  EXPECT_GT(perfect.mos, 4.3);
  double before = perfect.mos;
  for (const double loss : {0.01, 0.05, 0.1, 0.2, 0.5, 1.0}) {
    const auto mos = estimate({.loss = loss}).mos;
    EXPECT_LT(mos, before);
    before = mos;
  }
  EXPECT_LT(before, 1.6);
  EXPECT_LT(estimate({.round_trip = 800ms}).mos, estimate({.round_trip = 100ms}).mos - 0.5);
  EXPECT_LT(estimate({.jitter = 60ms}).mos, perfect.mos);
  EXPECT_LT(estimate({.loss = 0.05, .robustness = 4.3}).mos, estimate({.loss = 0.05}).mos) << "without concealment";
}

TEST(RtcpInterval, StaysInItsRange) {
  base::Random random{3};
  double sum = 0;
  for (int i = 0; i < 2'000; ++i) {
    const auto t = rtcp_interval(5s, false, random);
    EXPECT_GE(t, base::Duration{static_cast<std::int64_t>(5e6 * 0.5 / 1.21828)} - 1us);
    EXPECT_LE(t, base::Duration{static_cast<std::int64_t>(5e6 * 1.5 / 1.21828)} + 1us);
    sum += static_cast<double>(t.count());
  }
  EXPECT_NEAR(sum / 2'000, 5e6 / 1.21828, 1e5);
  EXPECT_LE(rtcp_interval(5s, true, random), 3'100ms) << "half for the first";
}

/// Two ends of a call, `delay` apart, sending 20 ms packets; every `loss`th packet of A is lost.
struct Call {
  base::Random random{42};
  base::Time now{};
  Session a, b;
  std::vector<std::tuple<base::Time, bool, Raw>> wire;  // when, to_b, datagram
  base::Duration delay;
  int loss = 0;
  int sent = 0;
  int byes = 0;

  explicit Call(base::Duration one_way)
      : a{Session::Config{.ntp_at_zero = 0xe0000000'00000000}, random, base::Time{}},
        b{Session::Config{.ntp_at_zero = 0xd1234567'00000000}, random, base::Time{}}, delay{one_way} {}

  void send(Session& session, bool to_b) {
    Raw out;
    session.sender().build(0, Raw(160), 160, now, out);
    if (to_b && loss && ++sent % loss == 0) return;
    wire.emplace_back(now + delay, to_b, out);
  }
  void drain(Session& session, bool to_b) {
    while (auto output = session.poll()) {
      if (auto* rtcp = std::get_if<Session::SendRtcp>(&*output)) wire.emplace_back(now + delay, to_b, rtcp->datagram);
      if (std::get_if<Session::PeerLeft>(&*output)) ++byes;
    }
  }
  void deliver() {
    auto due = std::exchange(wire, {});
    for (auto& [at, to_b, datagram] : due) {
      if (at > now) {
        wire.emplace_back(at, to_b, std::move(datagram));
        continue;
      }
      auto& to = to_b ? b : a;
      if (is_rtcp(datagram)) EXPECT_TRUE(to.on_rtcp(datagram, now));
      else EXPECT_TRUE(to.on_rtp(datagram, now));
    }
  }
  void run(base::Duration time) {
    for (const auto end = now + time; now < end; now += 10ms) {
      if (now.time_since_epoch() % 20ms == 0ms) {
        send(a, true);
        send(b, false);
      }
      if (a.deadline() <= now) a.on_time(now);
      if (b.deadline() <= now) b.on_time(now);
      drain(a, true);
      drain(b, false);
      deliver();
    }
  }
};

TEST(RtpSession, RoundTripFromReports) {
  Call call{50ms};
  call.run(30s);
  ASSERT_TRUE(call.a.round_trip());
  EXPECT_NEAR(static_cast<double>(call.a.round_trip()->count()), 100'000, 1'000);
  EXPECT_NEAR(static_cast<double>(call.b.round_trip()->count()), 100'000, 1'000);
}

TEST(RtpSession, ThePeerTellsOurLoss) {
  Call call{10ms};
  call.loss = 10;
  call.run(60s);
  ASSERT_TRUE(call.a.peer_report());
  EXPECT_NEAR(call.a.peer_report()->fraction_lost, 25, 4) << "10 % of 256";
  EXPECT_NEAR(static_cast<double>(call.b.receiver().stats().lost), 300, 3);
  EXPECT_EQ(call.a.receiver().stats().lost, 0);
  EXPECT_LT(call.b.quality().mos, call.a.quality().mos - 0.5);
  EXPECT_GT(call.a.quality().mos, 4.2);
}

TEST(RtpSession, ClosesWithOneByeAndFallsSilent) {
  Call call{10ms};
  call.run(1s);
  call.a.close(call.now);
  call.a.close(call.now);
  call.drain(call.a, true);
  EXPECT_EQ(call.a.deadline(), base::never);
  call.now += 20ms;
  call.deliver();
  call.drain(call.b, false);
  EXPECT_EQ(call.byes, 1);
}

TEST(RtpSession, WhoSentNothingSaysNoBye) {
  base::Random random{1};
  Session session{{}, random, base::Time{}};
  session.close(base::Time{} + 1s);
  EXPECT_FALSE(session.poll());
}

TEST(RtpSession, AListenerSendsReceiverReports) {
  base::Random random{1};
  Session session{{}, random, base::Time{}};
  session.on_time(session.deadline());
  const auto output = session.poll();
  ASSERT_TRUE(output);
  const auto packets = *parse_rtcp(std::get<Session::SendRtcp>(*output).datagram);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_TRUE(std::holds_alternative<ReceiverReport>(packets[0]));
  EXPECT_EQ(std::get<SourceDescription>(packets[1]).chunks[0].items[0].text, "ahoy");
}

TEST(RtpSession, WithoutRtcpNothingIsDue) {
  base::Random random{1};
  Session session{{.rtcp = false}, random, base::Time{}};
  EXPECT_EQ(session.deadline(), base::never);
}

TEST(RtpSession, ACollisionGivesUsANewSsrc) {
  base::Random random{1};
  Session session{{}, random, base::Time{}};
  Raw out;
  session.sender().build(0, Raw(160), 160, base::Time{}, out);
  const auto ours = session.sender().ssrc();
  ASSERT_TRUE(session.on_rtp(out, base::Time{}));
  EXPECT_NE(session.sender().ssrc(), ours);
  EXPECT_TRUE(std::holds_alternative<Session::SsrcCollision>(*session.poll()));
}

TEST(RtpSession, GarbageIsCounted) {
  base::Random random{1};
  Session session{{}, random, base::Time{}};
  EXPECT_FALSE(session.on_rtp(Raw{1, 2, 3}, base::Time{}));
  EXPECT_FALSE(session.on_rtcp(Raw{1, 2, 3}, base::Time{}));
  EXPECT_EQ(session.malformed(), 2u);
}

TEST(RtpSession, WhatIsPlayable) {
  base::Random random{1};
  Session session{{}, random, base::Time{}};
  const auto feed = [&](std::uint32_t ssrc, std::uint16_t sequence) {
    Raw out;
    Packet packet;
    packet.ssrc = ssrc;
    packet.sequence = sequence;
    packet.build(out);
    return session.on_rtp(out, base::Time{})->playable();
  };
  EXPECT_TRUE(feed(1, 1));
  EXPECT_FALSE(feed(1, 1));
  EXPECT_TRUE(feed(1, 3));
  EXPECT_TRUE(feed(1, 2)) << "late is for the jitter buffer to judge";
  EXPECT_FALSE(feed(2, 50));
  EXPECT_TRUE(feed(2, 51));
}

}  // namespace
}  // namespace rtp

namespace rtp {
namespace {

Packet incoming(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t ssrc = 7) {
  Packet packet;
  packet.sequence = sequence;
  packet.timestamp = timestamp;
  packet.ssrc = ssrc;
  return packet;
}

TEST(SenderRelay, KeepsDistancesAndFollowsWhatWasSentBefore) {
  base::Random random{1};
  Sender sender{8'000, random};
  std::vector<std::uint8_t> out;
  const base::Time start{};
  const std::uint8_t payload[160]{};
  sender.build(0, payload, 160, start, out);
  const auto next = sender.next_sequence();
  const auto time = sender.timestamp();
  const auto first = sender.relay(incoming(65'535, 4'000'000'000), 160, start + std::chrono::milliseconds{100});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->sequence, next);
  EXPECT_EQ(first->timestamp, time - 160 + 800);  // 100 ms after the last packet
  EXPECT_TRUE(first->marker);
  const auto third = sender.relay(incoming(1, 4'000'000'320), 160, start + std::chrono::milliseconds{140});
  EXPECT_EQ(third->sequence, static_cast<std::uint16_t>(next + 2));
  EXPECT_FALSE(third->marker);
  EXPECT_EQ(sender.relay(incoming(0, 4'000'000'160), 160, start + std::chrono::milliseconds{141})->sequence,
            static_cast<std::uint16_t>(next + 1));
  EXPECT_EQ(sender.next_sequence(), static_cast<std::uint16_t>(next + 3));
  EXPECT_FALSE(sender.relay(incoming(65'534, 3'999'999'840), 160, start + std::chrono::milliseconds{142}));
  const auto other = sender.relay(incoming(500, 5, 8), 160, start + std::chrono::milliseconds{160});
  EXPECT_EQ(other->sequence, static_cast<std::uint16_t>(next + 3));
  EXPECT_TRUE(other->marker);
  sender.cut();
  EXPECT_TRUE(sender.relay(incoming(501, 165, 8), 160, start + std::chrono::milliseconds{180})->marker);
}

TEST(SenderRelay, GoesOnThroughManyWraps) {
  base::Random random{1};
  Sender sender{8'000, random};
  std::optional<std::uint16_t> last;
  for (std::uint32_t i = 0; i < 200'000; ++i) {
    const auto numbers = sender.relay(incoming(static_cast<std::uint16_t>(i), i * 160), 160,
                                      base::Time{} + i * std::chrono::milliseconds{20});
    ASSERT_TRUE(numbers) << i;
    if (last) { ASSERT_EQ(numbers->sequence, static_cast<std::uint16_t>(*last + 1)) << i; }
    last = numbers->sequence;
  }
}

}  // namespace
}  // namespace rtp
