// rtp/telephone_event_test.cc - RFC 4733, with every kind of loss.
#include "rtp/telephone_event.h"

#include <gtest/gtest.h>

#include "rtp/packet.h"
#include "tests/support/pcap.h"

namespace rtp {
namespace {

using namespace std::chrono_literals;
using Send = EventSender::Send;

std::vector<Send> run(EventSender& sender, int slots, std::uint32_t from = 1'000) {
  std::vector<Send> out;
  for (int i = 0; i < slots; ++i)
    if (auto send = sender.next(from + static_cast<std::uint32_t>(i) * 160)) out.push_back(*send);
  return out;
}

/// Every finished digit as text; durations on the side.
struct Heard {
  std::string started, finished;
  std::vector<base::Duration> durations;
  void drain(EventReceiver& receiver) {
    while (auto digit = receiver.poll()) {
      (digit->started ? started : finished) += digit->digit;
      if (!digit->started) durations.push_back(digit->duration);
    }
  }
};

TEST(TelephoneEvent, SDP_03_FourBytes) {
  const TelephoneEvent event{11, true, 10, 0x0320};
  EXPECT_EQ(event.bytes(), (std::array<std::uint8_t, 4>{11, 0x8a, 0x03, 0x20}));
  EXPECT_EQ(TelephoneEvent::parse(event.bytes()), event);
  EXPECT_FALSE(TelephoneEvent::parse(std::array<std::uint8_t, 3>{}));
  EXPECT_FALSE(TelephoneEvent::parse(std::array<std::uint8_t, 4>{1, 0x40, 0, 0})->end) << "the reserved bit is ignored";
}

TEST(TelephoneEvent, DigitsAndNumbers) {
  const std::string_view all = "0123456789*#ABCDF";
  for (std::uint8_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(digit_of(i), all[i]);
    EXPECT_EQ(event_of(all[i]), i);
  }
  EXPECT_EQ(event_of('b'), 13);
  EXPECT_FALSE(event_of('x'));
  EXPECT_EQ(digit_of(17), '\0');
}

TEST(EventSender, APP_94_OneDigitPacketByPacket) {
  EventSender sender;
  ASSERT_TRUE(sender.queue('5', 100ms));
  EXPECT_TRUE(sender.busy());
  const auto out = run(sender, 20);
  ASSERT_EQ(out.size(), 7u) << "four updates, the end three times";
  for (std::size_t i = 0; i < out.size(); ++i) {
    EXPECT_EQ(out[i].timestamp, 1'000u) << "of the start, always";
    EXPECT_EQ(out[i].marker, i == 0);
    EXPECT_EQ(out[i].event.event, 5);
    EXPECT_EQ(out[i].event.end, i >= 4);
    EXPECT_EQ(out[i].event.duration, std::min<std::size_t>(i + 1, 5) * 160);
  }
  EXPECT_FALSE(sender.busy());
}

TEST(EventSender, DigitsDoNotTouch) {
  EventSender sender;
  for (const char c : std::string{"12"}) ASSERT_TRUE(sender.queue(c, 60ms));
  const auto out = run(sender, 40);
  ASSERT_EQ(out.size(), 10u);
  const auto gap = out[5].timestamp - (out[0].timestamp + out[4].event.duration);
  EXPECT_GE(gap, 480u) << "at least 60 ms from the end of one to the start of the next";
  EXPECT_TRUE(out[5].marker);
}

TEST(EventSender, APP_94_PausesInTheString) {
  EventSender sender;
  for (const char c : std::string{"1w2W3"}) ASSERT_TRUE(sender.queue(c, 60ms));
  const auto out = run(sender, 200);
  ASSERT_EQ(out.size(), 15u);
  EXPECT_GE(out[5].timestamp - out[0].timestamp, 4'000u);
  EXPECT_GE(out[10].timestamp - out[5].timestamp, 8'000u);
  EXPECT_LT(out[10].timestamp - out[5].timestamp, 8'000u + 2'000u);
}

TEST(EventSender, LimitsHold) {
  EventSender sender;
  EXPECT_FALSE(sender.queue('x'));
  for (std::size_t i = 0; i < EventSender::max_queue; ++i) ASSERT_TRUE(sender.queue('1'));
  EXPECT_FALSE(sender.queue('1'));
  EventSender brief;
  brief.queue('1', 1ms);
  EXPECT_EQ(run(brief, 20).back().event.duration, 480u) << "50 ms in whole packets";
  EventSender endless;
  endless.queue('1', 1h);
  EXPECT_EQ(run(endless, 1'000).back().event.duration, 64'000u) << "8 s";
}

TEST(EventSender, ClearEndsTheDigitThatIsDown) {
  EventSender sender;
  sender.queue('1', 5s);
  sender.queue('2');
  run(sender, 10);
  sender.clear();
  const auto out = run(sender, 50);
  ASSERT_EQ(out.size(), 3u);
  EXPECT_TRUE(out[0].event.end);
  EXPECT_EQ(out[0].event.duration, 11 * 160);
}

TEST(EventSender, LongEventsGoOnInSegments) {
  EventSender sender{48'000};
  sender.queue('9', 3s);  // 144000 units: two full segments and a rest.
  EventReceiver receiver{48'000};
  Heard heard;
  base::Time now{};
  std::vector<std::uint32_t> timestamps;
  for (int i = 0; i < 200; ++i, now += 20ms) {
    receiver.on_time(now);
    if (const auto send = sender.next(500)) {
      receiver.on_packet(send->timestamp, send->event.bytes(), now);
      if (timestamps.empty() || timestamps.back() != send->timestamp) timestamps.push_back(send->timestamp);
    }
    heard.drain(receiver);
  }
  EXPECT_EQ(timestamps, (std::vector<std::uint32_t>{500, 500 + 0xffff, 500 + 2 * 0xffff}));
  EXPECT_EQ(heard.finished, "9");
  ASSERT_EQ(heard.durations.size(), 1u);
  EXPECT_NEAR(static_cast<double>(heard.durations[0].count()), 3e6, 2e4);
}

// Each subset of the seven packets of a digit, the empty one left out: the digit is heard exactly once.
TEST(EventReceiver, EveryPatternOfLoss) {
  for (unsigned kept = 1; kept < 128; ++kept) {
    EventSender sender;
    sender.queue('7', 100ms);
    EventReceiver receiver;
    Heard heard;
    base::Time now{};
    for (unsigned i = 0; i < 40; ++i, now += 20ms) {
      receiver.on_time(now);
      const auto send = sender.next(i * 160);
      if (send && (kept >> i & 1)) receiver.on_packet(send->timestamp, send->event.bytes(), now);
      heard.drain(receiver);
    }
    EXPECT_EQ(heard.started, "7") << kept;
    EXPECT_EQ(heard.finished, "7") << kept;
    EXPECT_EQ(receiver.deadline(), base::never);
  }
}

// A number dialled over a link that loses, repeats and swaps packets at random.
TEST(EventReceiver, ANumberOverABadLink) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    base::Random random{seed};
    EventSender sender;
    const std::string number = "004930123456789*#";
    for (const char c : number) sender.queue(c, 80ms);
    EventReceiver receiver;
    Heard heard;
    base::Time now{};
    std::optional<Send> held;
    std::uint32_t digit_timestamp = 0;
    bool digit_heard = true;
    for (unsigned i = 0; i < 400; ++i, now += 20ms) {
      receiver.on_time(now);
      const auto feed = [&](const Send& send) { receiver.on_packet(send.timestamp, send.event.bytes(), now); };
      if (auto send = sender.next(i * 160)) {
        if (send->timestamp != digit_timestamp) {
          if (held) feed(*std::exchange(held, std::nullopt));  // Nothing is swapped by three packet times.
          digit_heard = false;
        }
        digit_timestamp = send->timestamp;
        const bool last_chance = send->event.end && !digit_heard && !held;
        if (last_chance || !random.chance(0.3)) {
          digit_heard = true;
          if (held || !random.chance(0.2)) {
            feed(*send);
            if (held) feed(*std::exchange(held, std::nullopt));
            if (random.chance(0.2)) feed(*send);
          } else {
            held = send;
          }
        }
      }
      heard.drain(receiver);
    }
    EXPECT_EQ(heard.finished, number) << "seed " << seed;
    EXPECT_EQ(heard.started, number) << "seed " << seed;
  }
}

TEST(EventReceiver, TheSameDigitTwiceIsTwo) {
  EventReceiver receiver;
  Heard heard;
  receiver.on_packet(0, TelephoneEvent{1, true, 10, 800}.bytes(), base::Time{});
  receiver.on_packet(2'000, TelephoneEvent{1, true, 10, 800}.bytes(), base::Time{} + 250ms);
  heard.drain(receiver);
  EXPECT_EQ(heard.finished, "11");
}

TEST(EventReceiver, TheNextDigitEndsOneWhoseEndWasLost) {
  EventReceiver receiver;
  Heard heard;
  receiver.on_packet(0, TelephoneEvent{1, false, 10, 400}.bytes(), base::Time{});
  receiver.on_packet(2'000, TelephoneEvent{2, false, 10, 160}.bytes(), base::Time{} + 100ms);
  heard.drain(receiver);
  EXPECT_EQ(heard.started, "12");
  EXPECT_EQ(heard.finished, "1");
  EXPECT_EQ(heard.durations[0], 50ms);
}

TEST(EventReceiver, TheEndTimerIsExact) {
  EventReceiver receiver;
  Heard heard;
  receiver.on_packet(0, TelephoneEvent{1, false, 10, 400}.bytes(), base::Time{});
  EXPECT_EQ(receiver.deadline(), base::Time{} + EventReceiver::lost_end_timeout);
  receiver.on_time(receiver.deadline() - 1us);
  heard.drain(receiver);
  EXPECT_EQ(heard.finished, "");
  receiver.on_time(receiver.deadline());
  heard.drain(receiver);
  EXPECT_EQ(heard.finished, "1");
}

TEST(EventReceiver, ANewSourceMayStartAnywhere) {
  EventReceiver receiver;
  Heard heard;
  receiver.on_packet(20'000, TelephoneEvent{1, true, 10, 800}.bytes(), base::Time{});
  receiver.on_packet(10'000, TelephoneEvent{2, true, 10, 800}.bytes(), base::Time{} + 1s);
  heard.drain(receiver);
  EXPECT_EQ(heard.finished, "1") << "a packet from the past";
  receiver.on_new_source(base::Time{} + 2s);
  receiver.on_packet(10'000, TelephoneEvent{2, true, 10, 800}.bytes(), base::Time{} + 2s);
  receiver.on_packet(5'000, TelephoneEvent{3, true, 10, 800}.bytes(), base::Time{} + 10s);
  heard.drain(receiver);
  EXPECT_EQ(heard.finished, "123") << "after the memory has run out old numbers are new ones";
}

TEST(EventReceiver, OtherEventsAndShortPayloadsAreIgnored) {
  EventReceiver receiver;
  receiver.on_packet(0, TelephoneEvent{32, true, 10, 800}.bytes(), base::Time{});
  receiver.on_packet(0, std::array<std::uint8_t, 2>{1, 2}, base::Time{});
  EXPECT_FALSE(receiver.poll());
}

TEST(EventReceiver, RealCapturesGiveOneDigitEach) {
  const std::pair<const char*, char> files[]{
      {"0", '0'}, {"1", '1'}, {"2", '2'}, {"3", '3'}, {"4", '4'}, {"5", '5'},     {"6", '6'},
      {"7", '7'}, {"8", '8'}, {"9", '9'}, {"star", '*'}, {"pound", '#'}};
  for (const auto& [name, digit] : files) {
    const auto path = test::shared_file(std::string{"media/sipp/dtmf_2833_"} + name + ".pcap");
    if (!path) GTEST_SKIP() << "media/sipp is not here";
    EventReceiver receiver;
    Heard heard;
    for (const auto& d : test::PcapReader{*path}.datagrams()) {
      const auto p = Packet::parse(d.bytes);
      if (!p || p->payload_type < 96) continue;
      receiver.on_time(d.at);
      receiver.on_packet(p->timestamp, p->payload, d.at);
      heard.drain(receiver);
    }
    receiver.on_time(base::never);
    heard.drain(receiver);
    EXPECT_EQ(heard.finished, std::string(1, digit)) << name;
  }
}

}  // namespace
}  // namespace rtp
