// base/base_test.cc - the small things: numbers, text, bytes, addresses, hashes, randomness.
#include <gtest/gtest.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/cursor.h"
#include "base/function.h"
#include "base/hash.h"
#include "base/outbox.h"
#include "base/random.h"
#include "base/task.h"
#include "base/text.h"
#include "base/time.h"

using namespace std::chrono_literals;

TEST(Timers, TakeDueAnswersTheEarliestFirstAndDisarmsIt) {
  enum class T { a, b, count };
  base::Timers<T> timers;
  timers.arm(T::b, base::Time{} + 1s);
  timers.arm(T::a, base::Time{} + 2s);
  EXPECT_EQ(timers.take_due(base::Time{}), std::nullopt);
  EXPECT_EQ(timers.take_due(base::Time{} + 3s), T::b);
  EXPECT_EQ(timers.take_due(base::Time{} + 3s), T::a);
  EXPECT_EQ(timers.next(), base::never);
}

TEST(Random, TheSameSeedGivesTheSameStreamAndOthersDiffer) {
  base::Random a{7}, b{7}, c{8};
  EXPECT_EQ(a.hex(40), b.hex(40));
  EXPECT_NE(a.u64(), c.u64());
  EXPECT_EQ(a.uuid().size(), 36U);
}

// RFC 8439 section 2.3.2 with our counter layout is checked by the all-zero key stream of its appendix A.1.
TEST(Random, IsChaCha20) {
  base::Random zero{base::Random::Seed{}};
  EXPECT_EQ(zero.u32(), 0xade0b876U);
  EXPECT_EQ(zero.u32(), 0x903df1a0U);
}

TEST(Random, BelowStaysBelow) {
  base::Random random{1};
  for (int i = 0; i < 1000; ++i) EXPECT_LT(random.below(7), 7U);
}

TEST(Text, NearestFindsTheMisspeltWordAndNothingForStrangers) {
  const std::string_view words[]{"sip-port", "rtp-ip", "context"};
  EXPECT_EQ(base::nearest("sip-prot", words), "sip-port");
  EXPECT_EQ(base::nearest("zzzzzz", words), "");
}

TEST(Text, NumbersAreWholeOrNothing) {
  EXPECT_EQ(base::to_number<int>("42"), 42);
  EXPECT_FALSE(base::to_number<int>("42x"));
  EXPECT_FALSE(base::to_number<std::uint8_t>("256"));
  EXPECT_FALSE(base::to_number<int>(""));
}

TEST(Bytes, Base64AndHexReturnWhatWentIn) {
  for (const std::string text : {"", "a", "ab", "abc", "abcd"}) {
    EXPECT_EQ(base::from_base64(base::to_base64(base::bytes_of(text))), text);
    EXPECT_EQ(base::from_hex(base::to_hex(base::bytes_of(text))), text);
  }
  EXPECT_FALSE(base::from_hex("0g"));
  EXPECT_FALSE(base::from_base64("a b"));
}

TEST(Bytes, ReadingPastTheEndIsNotOk) {
  const std::uint8_t raw[]{1, 2, 3};
  base::ByteReader in{raw};
  EXPECT_EQ(in.take<std::uint16_t>(), 0x0102);
  EXPECT_EQ(in.take<std::uint32_t>(), 0U);
  EXPECT_FALSE(in.ok());
}

TEST(Address, ParsesAndPrintsBothFamilies) {
  EXPECT_EQ(base::Address::parse("192.0.2.1:5060")->text(), "192.0.2.1:5060");
  EXPECT_EQ(base::Address::parse("[2001:db8::1]:5060")->text(), "[2001:db8::1]:5060");
  EXPECT_FALSE(base::Address::parse("2001:db8::1:5060"));
  EXPECT_FALSE(base::Ip::parse("example.com"));
  EXPECT_FALSE(base::Ip::parse(std::string_view{"::1\0x", 5})) << "a NUL ends no address";
  EXPECT_TRUE(base::Ip::parse("10.1.2.3")->is_private());
  EXPECT_TRUE(base::Ip::parse("::1")->is_loopback());
}

TEST(Hash, KnownDigests) {
  EXPECT_EQ(base::digest_hex(base::Digest::md5, "abc"), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(base::digest_hex(base::Digest::sha256, "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(base::digest_hex(base::Digest::sha512_256, "abc"),
            "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
  EXPECT_TRUE(base::equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(base::equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(base::equal_in_constant_time("abc", ""));
}

TEST(Function, MovesSmallAndLargeCallables) {
  auto owned = std::make_unique<int>(5);
  base::Function<int(int)> small = [p = std::move(owned)](int x) { return *p + x; };
  std::array<int, 40> big{};
  big[3] = 9;
  base::Function<int(int)> large = [big](int x) { return big[3] + x; };
  base::Function<int(int)> moved = std::move(large);
  EXPECT_EQ(small(1), 6);
  EXPECT_EQ(moved(1), 10);
  EXPECT_FALSE(large);
}

namespace {
struct Gate {
  std::coroutine_handle<> waiter;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> h) { waiter = h; }
  int await_resume() { return 21; }
};
base::Task<int> doubled(Gate& gate) { co_return 2 * co_await gate; }
base::Task<int> outer(Gate& gate) { co_return 1 + co_await doubled(gate); }
}  // namespace

TEST(Task, ResumesItsAwaiter) {
  Gate gate;
  auto task = outer(gate);
  task.start();
  EXPECT_FALSE(task.done());
  gate.waiter.resume();
  EXPECT_EQ(task.result(), 43);
}

TEST(Task, AnOwnerMayDropItWhileItWaits) {
  Gate gate;
  auto task = outer(gate);
  task.start();
  task.reset();
  EXPECT_FALSE(task);
}

TEST(Cursor, TakesWhatItAnswersOrNothing) {
  base::Cursor in{"  12;x"};
  EXPECT_FALSE(in.take(';'));
  EXPECT_EQ(in.take_number(), 12U);
  EXPECT_TRUE(in.take(';'));
  EXPECT_EQ(in.rest(), "x");
  EXPECT_FALSE(in.take_number());
  EXPECT_EQ(in.rest(), "x");
}
