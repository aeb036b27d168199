// rtp/source_filter_test.cc - symmetric RTP, and the ways to abuse it.
#include "rtp/source_filter.h"

#include <gtest/gtest.h>

namespace rtp {
namespace {

using namespace std::chrono_literals;
using Verdict = SourceFilter::Verdict;

const auto signalled = *base::Address::parse("192.168.1.10:4000");
const auto natted = *base::Address::parse("203.0.113.7:61000");
const auto stranger = *base::Address::parse("198.51.100.66:5");

struct Filter {
  SourceFilter filter;
  base::Time now{};
  std::uint16_t sequence = 100;
  explicit Filter(SourceFilter::Config config = {}, std::optional<base::Address> expected = signalled) : filter{config} {
    filter.expect(expected);
  }
  Verdict from(const base::Address& source, std::uint32_t ssrc = 1) {
    return filter.on_packet(source, ssrc, ++sequence, now);
  }
};

TEST(SourceFilter, SendsWhereSignallingSaysUntilMediaComes) {
  Filter f;
  EXPECT_EQ(f.filter.remote(), signalled);
  EXPECT_FALSE(f.filter.has_latched());
  EXPECT_EQ(f.from(signalled), Verdict::accept);
  EXPECT_EQ(f.filter.changes(), 0u);
}

TEST(SourceFilter, NAT_02_APhoneBehindNatIsLatched) {
  Filter f;
  EXPECT_EQ(f.from(natted), Verdict::latched);
  EXPECT_EQ(f.filter.remote(), natted);
  EXPECT_EQ(f.from(natted), Verdict::accept);
  EXPECT_EQ(f.filter.changes(), 1u);
}

TEST(SourceFilter, NAT_02_TheOffSwitch) {
  Filter f{{.auto_adjust = false}};
  EXPECT_EQ(f.from(natted), Verdict::ignore);
  EXPECT_EQ(f.from(signalled), Verdict::accept);
  EXPECT_EQ(f.filter.remote(), signalled);
  EXPECT_EQ(f.filter.ignored(), 1u);
}

TEST(SourceFilter, AStrangerLaterIsIgnoredAndCounted) {
  Filter f;
  f.from(natted);
  for (int i = 0; i < 50; ++i, f.now += 20ms) {
    EXPECT_EQ(f.from(natted), Verdict::accept);
    EXPECT_EQ(f.from(stranger, 99), Verdict::ignore);
  }
  EXPECT_EQ(f.filter.ignored(), 50u);
  EXPECT_EQ(f.filter.remote(), natted);
}

TEST(SourceFilter, AStrangerWhoKnowsTheSsrcCannotInterrupt) {
  Filter f;
  for (int i = 0; i < 50; ++i, f.now += 20ms) f.from(natted);
  EXPECT_EQ(f.from(stranger, 1), Verdict::ignore) << "the believed source is talking";
}

TEST(SourceFilter, AStrangerAfterSilenceNeedsTheRightSsrc) {
  Filter f;
  f.from(natted);
  f.now += 10s;
  EXPECT_EQ(f.from(stranger, 2), Verdict::ignore);
  EXPECT_EQ(f.filter.remote(), natted);
}

TEST(SourceFilter, NAT_02_ARebindingIsFollowed) {
  Filter f;
  for (int i = 0; i < 100; ++i, f.now += 20ms) f.from(natted);
  f.now += SourceFilter::relatch_silence;
  const base::Address rebound{natted.ip, 62'000};
  EXPECT_EQ(f.from(rebound), Verdict::latched);
  EXPECT_EQ(f.filter.remote(), rebound);
  EXPECT_EQ(f.from(natted), Verdict::ignore) << "the old mapping is history";
}

TEST(SourceFilter, ARebindingMustContinueTheSequence) {
  Filter f;
  f.from(natted);
  f.now += 2s;
  f.sequence = static_cast<std::uint16_t>(f.sequence + SourceFilter::relatch_max_gap);
  EXPECT_EQ(f.from(stranger), Verdict::ignore) << "too far ahead";
  f.sequence = 50;
  EXPECT_EQ(f.from(stranger), Verdict::ignore) << "behind";
}

TEST(SourceFilter, RelatchingCanBeForbidden) {
  Filter f{{.relatch = false}};
  f.from(natted);
  f.now += 2s;
  EXPECT_EQ(f.from(stranger), Verdict::ignore);
}

TEST(SourceFilter, TheSignalledAddressWinsWithinTheWindow) {
  Filter f;
  EXPECT_EQ(f.from(stranger, 9), Verdict::latched) << "a sprayer was faster";
  f.now += SourceFilter::learning_window;
  EXPECT_EQ(f.from(signalled), Verdict::latched);
  EXPECT_EQ(f.filter.remote(), signalled);
  EXPECT_EQ(f.from(stranger, 9), Verdict::ignore);
}

TEST(SourceFilter, TheWindowEnds) {
  Filter f;
  f.from(natted);
  f.now += SourceFilter::learning_window + 1us;
  EXPECT_EQ(f.from(signalled, 5), Verdict::ignore);
}

TEST(SourceFilter, ANewAddressInSignallingLearnsAgain) {
  Filter f;
  f.from(natted);
  f.now += 10s;
  const auto moved = *base::Address::parse("192.168.7.7:4000");
  f.filter.expect(moved);
  EXPECT_EQ(f.filter.remote(), moved);
  EXPECT_EQ(f.from(natted), Verdict::latched) << "still on its way, or still the same NAT";
  EXPECT_EQ(f.from(stranger, 2), Verdict::latched) << "the new network's NAT, within the window";
  EXPECT_EQ(f.from(natted), Verdict::ignore);
}

TEST(SourceFilter, ARefreshWithTheSameAddressKeepsTheLatch) {
  Filter f;
  f.from(natted);
  f.now += 10s;
  f.filter.expect(signalled);
  EXPECT_EQ(f.filter.remote(), natted);
  EXPECT_EQ(f.from(stranger, 2), Verdict::ignore);
}

TEST(SourceFilter, NothingExpected) {
  Filter f{{}, std::nullopt};
  EXPECT_FALSE(f.filter.remote());
  EXPECT_EQ(f.from(natted), Verdict::latched);
  Filter off{{.auto_adjust = false}, std::nullopt};
  EXPECT_EQ(off.from(natted), Verdict::ignore);
}

TEST(SourceFilter, RtcpComesFromTheSameHost) {
  Filter f;
  f.from(natted);
  EXPECT_TRUE(f.filter.accepts_rtcp({natted.ip, 1}));
  EXPECT_FALSE(f.filter.accepts_rtcp(stranger));
}

}  // namespace
}  // namespace rtp
