// rtp/jitter_buffer_test.cc - a stream, a network in between, and a player that ticks.
#include "rtp/jitter_buffer.h"

#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace rtp {
namespace {

using namespace std::chrono_literals;

struct Bench {
  JitterBuffer buffer;
  std::vector<std::uint8_t> payload = std::vector<std::uint8_t>(160);
  std::multimap<base::Time, Packet> network;
  base::Time now{};
  std::vector<int> played;  // sequence, -1 for a concealed frame, -2 for silence
  std::uint32_t ssrc = 1;

  explicit Bench(JitterBuffer::Config config = {}) : buffer{*JitterBuffer::create(config)} {}

  Packet packet(int sequence) const {
    Packet p;
    p.sequence = static_cast<std::uint16_t>(sequence);
    p.timestamp = static_cast<std::uint32_t>(sequence) * 160U;
    p.ssrc = ssrc;
    p.payload = payload;
    return p;
  }
  void send(int sequence, base::Duration late = 0ms) { network.emplace(base::Time{} + 20ms * sequence + late, packet(sequence)); }
  /// Ticks every 20 ms; each tick comes after the packets that arrived before it.
  void run(int ticks, base::Duration phase = 1ms) {
    for (int i = 0; i < ticks; ++i, now += 20ms) {
      while (!network.empty() && network.begin()->first <= now + phase) {
        buffer.put(network.begin()->second, network.begin()->first);
        network.erase(network.begin());
      }
      const auto p = buffer.take(now + phase);
      played.push_back(p ? p->sequence : buffer.is_silent() ? -2 : -1);
      const auto s = buffer.stats();
      EXPECT_EQ(s.received, s.played + s.late + s.duplicate + s.overflowed + s.skipped + s.held);
    }
  }
  std::vector<int> without_silence() const {
    std::vector<int> out;
    for (const int p : played)
      if (p != -2) out.push_back(p);
    return out;
  }
};

std::vector<int> range(int from, int to) {
  std::vector<int> out;
  for (int i = from; i < to; ++i) out.push_back(i);
  return out;
}

TEST(JitterBufferConfig, IsChecked) {
  using Error = JitterBuffer::ConfigError;
  EXPECT_EQ(JitterBuffer::create({.capacity = 63}).error(), Error::capacity_not_a_power_of_two);
  EXPECT_EQ(JitterBuffer::create({.capacity = 0}).error(), Error::capacity_not_a_power_of_two);
  EXPECT_EQ(JitterBuffer::create({.capacity = 2 * JitterBuffer::max_capacity}).error(), Error::capacity_not_a_power_of_two);
  EXPECT_EQ(JitterBuffer::create({.delay_min = 30ms, .delay_max = 20ms}).error(), Error::delays_out_of_order);
  EXPECT_EQ(JitterBuffer::create({.frame = 0ms}).error(), Error::no_frame);
}

TEST(JitterBuffer, APerfectStreamComesOutWhole) {
  Bench b;
  for (int i = 0; i < 500; ++i) b.send(i);
  b.run(510);
  auto expected = range(0, 500);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), b.without_silence().begin()));
  EXPECT_EQ(b.played[0], -2) << "the play-out delay";
  EXPECT_EQ(b.played[1], 0);
  EXPECT_EQ(b.buffer.delay(), 20ms);
  EXPECT_EQ(b.buffer.stats().played, 500u);
}

TEST(JitterBuffer, ThePayloadIsCopied) {
  Bench b;
  b.payload.assign(160, 7);
  b.buffer.put(b.packet(0), base::Time{});
  b.payload.assign(160, 9);
  const auto p = b.buffer.take(base::Time{} + 20ms);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->payload[159], 7);
}

TEST(JitterBuffer, SwappedPacketsAreSorted) {
  Bench b{{.delay_min = 60ms}};
  for (int i = 0; i < 100; ++i) b.send(i, i % 2 ? 0ms : 30ms);
  b.run(110);
  auto expected = range(0, 100);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), b.without_silence().begin()));
}

TEST(JitterBuffer, TheFirstTwoSwapped) {
  Bench b{{.delay_min = 60ms}};
  b.buffer.put(b.packet(1), base::Time{} + 20ms);
  b.buffer.put(b.packet(0), base::Time{} + 21ms);
  b.buffer.put(b.packet(2), base::Time{} + 40ms);
  b.now = base::Time{} + 60ms;
  b.run(6);
  const auto out = b.without_silence();
  ASSERT_GE(out.size(), 3u);
  EXPECT_EQ(std::vector<int>(out.begin(), out.begin() + 3), (std::vector<int>{0, 1, 2}));
}

TEST(JitterBuffer, ALostPacketIsOneConcealedFrame) {
  Bench b;
  for (int i = 0; i < 50; ++i)
    if (i != 20 && i != 30 && i != 31) b.send(i);
  b.run(51);
  auto expected = range(0, 50);
  expected[20] = expected[30] = expected[31] = -1;
  EXPECT_EQ(b.without_silence(), expected);
  EXPECT_EQ(b.buffer.stats().concealed, 3u);
}

TEST(JitterBuffer, DuplicatesAndLateOnesAreCounted) {
  Bench b;
  for (int i = 0; i < 50; ++i) {
    b.send(i);
    b.send(i, 1ms);
  }
  b.send(10, 300ms);
  b.run(60);
  EXPECT_EQ(b.buffer.stats().played, 50u);
  EXPECT_GE(b.buffer.stats().duplicate + b.buffer.stats().late, 51u);
}

TEST(JitterBuffer, WrapsOfSequenceAndTimestamp) {
  Bench b;
  for (int i = 0; i < 200; ++i) {
    Packet p = b.packet(i);
    p.sequence = static_cast<std::uint16_t>(65'436 + i);
    p.timestamp = 0xffffff00U + static_cast<std::uint32_t>(i) * 160U;
    b.network.emplace(base::Time{} + 20ms * i, p);
  }
  b.run(201);
  EXPECT_EQ(b.buffer.stats().played, 200u);
  EXPECT_EQ(b.buffer.stats().concealed, 0u);
}

TEST(JitterBuffer, TheDelayGrowsWithJitterAndLossStops) {
  Bench b;
  base::Random random{5};
  for (int i = 0; i < 1'000; ++i) b.send(i, base::Duration{static_cast<std::int64_t>(random.below(80'000))});
  b.run(1'010);
  EXPECT_GE(b.buffer.delay(), 60ms);
  EXPECT_LE(b.buffer.delay(), 100ms);
  EXPECT_LT(b.buffer.stats().late + b.buffer.stats().skipped, 20u);
  int bad_in_the_end = 0;
  for (std::size_t i = 500; i < 1'000; ++i) bad_in_the_end += b.played[i] < 0;
  EXPECT_LE(bad_in_the_end, 5) << "after learning hardly anything is concealed";
}

TEST(JitterBuffer, TheDelayShrinksWhenTheNetworkCalmsDown) {
  Bench b;
  base::Random random{5};
  for (int i = 0; i < 300; ++i) b.send(i, base::Duration{static_cast<std::int64_t>(random.below(120'000))});
  for (int i = 300; i < 1'500; ++i) b.send(i);
  b.run(310);
  EXPECT_GE(b.buffer.delay(), 80ms);
  b.run(1'200);
  EXPECT_LE(b.buffer.delay(), 40ms);
  EXPECT_GT(b.buffer.stats().skipped, 0u);
}

TEST(JitterBuffer, TheDelayNeverPassesItsMaximum) {
  Bench b{{.delay_max = 100ms}};
  base::Random random{9};
  for (int i = 0; i < 1'000; ++i) {
    b.send(i, base::Duration{static_cast<std::int64_t>(random.below(400'000))});
  }
  for (int i = 0; i < 1'000; ++i) {
    b.run(1);
    ASSERT_LE(b.buffer.delay(), 100ms);
    ASSERT_GE(b.buffer.delay(), 20ms);
  }
  EXPECT_GT(b.buffer.stats().late, 0u);
}

TEST(JitterBuffer, ALongerPathIsLearnt) {
  Bench b;
  for (int i = 0; i < 100; ++i) b.send(i);
  for (int i = 100; i < 400; ++i) b.send(i, 500ms);
  b.run(430);
  EXPECT_GT(b.buffer.stats().played, 380u);
  EXPECT_LE(b.buffer.stats().late, 10u);
}

TEST(JitterBuffer, ClocksThatDriftDoNotFillOrStarveIt) {
  for (const double factor : {0.9995, 1.0005}) {
    Bench b;
    for (int i = 0; i < 15'000; ++i)  // Five minutes at 500 ppm: 150 ms apart in the end.
      b.network.emplace(base::Time{} + base::Duration{static_cast<std::int64_t>(20'000.0 * factor * i)}, b.packet(i));
    b.run(15'000);
    const auto s = b.buffer.stats();
    EXPECT_LT(s.held, 6u) << factor;
    EXPECT_GT(s.played, 14'950u) << factor;
    EXPECT_LE(b.buffer.delay(), 60ms) << factor;
  }
}

TEST(JitterBuffer, APauseIsSilenceNotLoss) {
  Bench b;
  for (int i = 0; i < 50; ++i) b.send(i);
  for (int i = 50; i < 100; ++i) {  // A talk spurt two seconds later: the sequence goes on, time has jumped.
    auto p = b.packet(i);
    p.timestamp += 16'000;
    p.marker = i == 50;
    b.network.emplace(base::Time{} + 20ms * i + 2s, p);
  }
  b.run(220);
  EXPECT_EQ(b.buffer.stats().played, 100u);
  EXPECT_LE(b.buffer.stats().concealed, 20u) << "ten frames after each spurt";
  EXPECT_TRUE(b.buffer.is_silent());
}

TEST(JitterBuffer, KeysPressedInBetweenAreNoLoss) {
  Bench b;
  for (int i = 0; i < 100; ++i)
    if (i < 40 || i >= 50) b.send(i);
  b.run(41);
  for (int i = 40; i < 50; ++i) {
    b.buffer.pass_over(static_cast<std::uint16_t>(i));
    b.run(1);
  }
  b.run(60);
  EXPECT_EQ(b.buffer.stats().played, 90u);
  EXPECT_LE(b.buffer.stats().concealed, 10u) << "only what ran out after the last speech";
}

TEST(JitterBuffer, ANewSourceStartsAgain) {
  Bench b;
  for (int i = 0; i < 20; ++i) b.send(i);
  b.run(21);
  b.ssrc = 2;
  for (int i = 21; i < 40; ++i) {
    auto p = b.packet(i);
    p.sequence = static_cast<std::uint16_t>(40'000 + i);
    p.timestamp += 1'000'000'000;
    b.network.emplace(base::Time{} + 20ms * i, p);
  }
  b.run(25);
  EXPECT_EQ(b.buffer.stats().played, 39u);
}

TEST(JitterBuffer, ATimestampJumpInTheSameSourceStartsAgain) {
  Bench b;
  for (int i = 0; i < 40; ++i) {
    auto p = b.packet(i);
    if (i >= 20) p.timestamp += 0x40000000;
    b.network.emplace(base::Time{} + 20ms * i, p);
  }
  b.run(45);
  EXPECT_GE(b.buffer.stats().played, 38u);
}

TEST(JitterBuffer, CapacityIsALimit) {
  Bench b{{.capacity = 8}};
  for (int i = 0; i < 20; ++i) b.buffer.put(b.packet(i), base::Time{});
  EXPECT_EQ(b.buffer.stats().held, 8u);
  EXPECT_EQ(b.buffer.stats().overflowed, 12u);
  const auto p = b.buffer.take(base::Time{} + 10s);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->sequence, 12) << "the oldest went first";
}

TEST(JitterBuffer, APayloadThatDoesNotFitIsCounted) {
  Bench b{{.payload_max = 100}};
  b.buffer.put(b.packet(0), base::Time{});
  EXPECT_EQ(b.buffer.stats().overflowed, 1u);
}

TEST(JitterBuffer, ResetForgets) {
  Bench b;
  for (int i = 0; i < 5; ++i) b.buffer.put(b.packet(i), base::Time{} + 20ms * i);
  b.buffer.reset();
  EXPECT_EQ(b.buffer.stats().overflowed, 5u);
  EXPECT_FALSE(b.buffer.take(base::Time{} + 1s));
  EXPECT_EQ(b.buffer.stats().held, 0u);
}

// Whatever arrives: nothing is played twice, the order is never wrong, the books balance.
TEST(JitterBuffer, RandomNetworksKeepTheInvariants) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    base::Random random{seed};
    Bench b{{.delay_max = 150ms, .capacity = 16}};
    for (int i = 0; i < 400; ++i) {
      if (random.chance(0.05)) continue;
      b.send(i, base::Duration{static_cast<std::int64_t>(random.below(seed * 5'000))});
      if (random.chance(0.05)) b.send(i, base::Duration{static_cast<std::int64_t>(random.below(200'000))});
    }
    b.run(450, base::Duration{static_cast<std::int64_t>(random.below(20'000))});
    int last = -1;
    for (const int p : b.played) {
      if (p < 0) continue;
      ASSERT_GT(p, last) << "seed " << seed;
      last = p;
    }
    EXPECT_GT(b.buffer.stats().played, 150u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rtp
