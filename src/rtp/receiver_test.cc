// rtp/receiver_test.cc - RFC 3550 appendix A in virtual time.
#include "rtp/receiver.h"

#include <gtest/gtest.h>

#include "rtp/packet.h"
#include "tests/support/pcap.h"

namespace rtp {
namespace {

using namespace std::chrono_literals;
using Verdict = Receiver::Verdict;

struct Stream {
  Receiver receiver{8'000};
  base::Time now{};
  std::uint32_t ssrc = 1;

  Verdict at(std::uint16_t sequence, std::uint32_t timestamp) {
    return receiver.on_packet(ssrc, sequence, timestamp, 160, now);
  }
  /// `count` packets in perfect time.
  void run(std::uint16_t from, int count) {
    for (int i = 0; i < count; ++i) {
      at(static_cast<std::uint16_t>(from + i), static_cast<std::uint32_t>(from + i) * 160U);
      now += 20ms;
    }
  }
};

TEST(RtpReceiver, AllInOrderIsNoLossAndNoJitter) {
  Stream s;
  EXPECT_FALSE(s.receiver.take_report(s.now));
  s.run(65'500, 100);  // Through the wrap.
  const auto stats = s.receiver.stats();
  EXPECT_EQ(stats.packets, 100u);
  EXPECT_EQ(stats.expected, 100u);
  EXPECT_EQ(stats.lost, 0);
  EXPECT_EQ(stats.octets, 16'000u);
  EXPECT_EQ(stats.sources, 1u);
  const auto report = s.receiver.take_report(s.now);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->highest_sequence, 65'536u + 63u) << "extended by one cycle";
  EXPECT_EQ(report->fraction_lost, 0);
}

TEST(RtpReceiver, TheFirstPacketIsTakenAtOnce) {
  Stream s;
  EXPECT_EQ(s.at(7, 0), Verdict::first);
  EXPECT_EQ(s.at(8, 160), Verdict::accepted);
}

TEST(RtpReceiver, LossInTheIntervalAndOverall) {
  Stream s;
  s.run(0, 50);
  s.run(60, 40);  // 10 of 100 lost.
  auto report = *s.receiver.take_report(s.now);
  EXPECT_EQ(report.cumulative_lost, 10);
  EXPECT_EQ(report.fraction_lost, 25) << "10/100 of 256";
  s.run(100, 100);
  report = *s.receiver.take_report(s.now);
  EXPECT_EQ(report.cumulative_lost, 10);
  EXPECT_EQ(report.fraction_lost, 0) << "of this interval only";
}

TEST(RtpReceiver, DuplicatesMakeLossNegativeNotHuge) {
  Stream s;
  s.run(0, 10);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(s.at(9, 9 * 160), Verdict::duplicate);
  EXPECT_EQ(s.receiver.stats().lost, -5);
  const auto report = *s.receiver.take_report(s.now);
  EXPECT_EQ(report.cumulative_lost, -5);
  EXPECT_EQ(report.fraction_lost, 0);
}

TEST(RtpReceiver, LateWithinMisorder) {
  Stream s;
  s.run(1'000, 200);
  EXPECT_EQ(s.at(1'199 - Receiver::max_misorder + 1, 0), Verdict::late);
  EXPECT_EQ(s.receiver.stats().late, 1u);
}

TEST(RtpReceiver, DropoutLimit) {
  Stream s;
  s.run(0, 1);
  EXPECT_EQ(s.at(Receiver::max_dropout - 1, 0), Verdict::accepted);
  Stream t;
  t.run(0, 1);
  EXPECT_EQ(t.at(Receiver::max_dropout, 0), Verdict::jump);
}

TEST(RtpReceiver, ARestartIsBelievedAfterTwoInARow) {
  Stream s;
  s.run(0, 10);
  EXPECT_EQ(s.at(30'000, 5), Verdict::jump);
  EXPECT_EQ(s.at(30'001, 165), Verdict::restarted);
  EXPECT_EQ(s.at(30'002, 325), Verdict::accepted);
  const auto stats = s.receiver.stats();
  EXPECT_EQ(stats.sources, 2u);
  EXPECT_EQ(stats.refused, 1u);
  EXPECT_EQ(stats.packets, 12u) << "the old source's packets still count";
  EXPECT_EQ(stats.lost, 0);
}

TEST(RtpReceiver, StrayJumpsAreForgotten) {
  Stream s;
  s.run(0, 10);
  EXPECT_EQ(s.at(30'000, 0), Verdict::jump);
  s.run(10, 10);
  EXPECT_EQ(s.at(30'001, 0), Verdict::jump) << "the run in between made it a stray";
  EXPECT_EQ(s.at(20, 20 * 160), Verdict::accepted);
}

TEST(RtpReceiver, ANewSourceIsOnProbation) {
  Stream s;
  s.run(0, 10);
  s.ssrc = 2;
  EXPECT_EQ(s.at(500, 0), Verdict::probation);
  EXPECT_EQ(s.at(502, 0), Verdict::probation) << "not in a row";
  EXPECT_EQ(s.at(503, 0), Verdict::new_source);
  EXPECT_EQ(s.receiver.ssrc(), 2u);
  EXPECT_EQ(s.at(504, 160), Verdict::accepted);
  EXPECT_EQ(s.receiver.stats().refused, 2u);
  EXPECT_EQ(s.receiver.stats().packets, 12u);
}

TEST(RtpReceiver, AStrayOfAnotherSourceChangesNothing) {
  Stream s;
  s.run(0, 10);
  s.ssrc = 2;
  EXPECT_EQ(s.at(500, 0), Verdict::probation);
  s.ssrc = 1;
  EXPECT_EQ(s.at(10, 1'600), Verdict::accepted);
  s.ssrc = 2;
  EXPECT_EQ(s.at(501, 0), Verdict::probation) << "the first source was heard in between";
}

// Appendix A.8: with arrivals alternately early and late by 10 ms, |D| is 80 units and J tends to it.
TEST(RtpReceiver, JitterTendsToTheMeanDeviation) {
  Stream s;
  for (int i = 0; i < 400; ++i) {
    s.now = base::Time{} + 20ms * i + (i % 2 ? 10ms : 0ms);
    s.at(static_cast<std::uint16_t>(i), static_cast<std::uint32_t>(i) * 160);
  }
  EXPECT_NEAR(s.receiver.stats().jitter, 80, 1);
  EXPECT_NEAR(static_cast<double>(s.receiver.jitter().count()), 10'000, 150);
  EXPECT_GE(s.receiver.stats().max_jitter, s.receiver.stats().jitter);
}

TEST(RtpReceiver, JitterOverTheTimestampWrap) {
  Stream s;
  for (int i = 0; i < 100; ++i, s.now += 20ms) s.at(static_cast<std::uint16_t>(i), 0xffffff00U + static_cast<std::uint32_t>(i) * 160);
  EXPECT_EQ(s.receiver.stats().jitter, 0u);
}

TEST(RtpReceiver, LsrAndDlsr) {
  Stream s;
  s.run(0, 2);
  EXPECT_EQ(s.receiver.take_report(s.now)->last_sr, 0u);
  s.receiver.on_sender_report(0x1122334455667788, s.now);
  const auto report = *s.receiver.take_report(s.now + 1'500ms);
  EXPECT_EQ(report.last_sr, 0x33445566u);
  EXPECT_EQ(report.delay_since_last_sr, 98'304u) << "1.5 s in 1/65536";
}

TEST(RtpReceiver, ARealCaptureHasNoLoss) {
  const auto path = test::shared_file("media/freeswitch/milliwatt.pcmu.rtp.pcap");
  if (!path) GTEST_SKIP() << "media/freeswitch is not here";
  Receiver receiver{8'000};
  for (const auto& d : test::PcapReader{*path}.datagrams())
    if (const auto p = Packet::parse(d.bytes); p && p->payload_type == 0)
      receiver.on_packet(p->ssrc, p->sequence, p->timestamp, p->payload.size(), d.at);
  const auto stats = receiver.stats();
  EXPECT_GT(stats.packets, 100u);
  EXPECT_EQ(stats.lost, 0);
  EXPECT_EQ(stats.sources, 1u);
  EXPECT_LT(stats.jitter, 8'000u / 50) << "below one packet time";
}

}  // namespace
}  // namespace rtp
