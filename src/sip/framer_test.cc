// sip/framer_test.cc - messages out of a stream, however it is cut.
#include "sip/framer.h"

#include <gtest/gtest.h>

using sip::StreamFramer;
using Error = StreamFramer::Error;

namespace {

std::string message(std::string_view body, std::string_view fields = "") {
  return "MESSAGE sip:a@b SIP/2.0\r\nCall-ID: 1\r\n" + std::string{fields} +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}

/// What comes out, one line each: the bytes of a message, "ping", "pong", "error N head".
struct Log {
  StreamFramer framer;
  std::vector<std::string> lines;

  void feed(std::string_view bytes) {
    framer.on_bytes(bytes);
    while (const auto output = framer.poll()) {
      if (const auto* complete = std::get_if<StreamFramer::Complete>(&*output)) lines.push_back(complete->bytes);
      if (std::holds_alternative<StreamFramer::Ping>(*output)) lines.emplace_back("ping");
      if (std::holds_alternative<StreamFramer::Pong>(*output)) lines.emplace_back("pong");
      if (const auto* broken = std::get_if<StreamFramer::Broken>(&*output))
        lines.push_back("error " + std::to_string(static_cast<int>(broken->error)) + " " + broken->head);
    }
  }
};

std::vector<std::string> all_at_once(std::string_view bytes) {
  Log log;
  log.feed(bytes);
  return log.lines;
}

Error error(std::string_view bytes) {
  Log log;
  log.feed(bytes);
  EXPECT_TRUE(log.framer.is_broken());
  log.feed(message("later"));
  EXPECT_EQ(log.lines.size(), 1U);
  return static_cast<Error>(log.lines.at(0)[6] - '0');
}

}  // namespace

TEST(Framer, SIP_07_TwoMessagesInOneChunk) {
  const auto a = message("hello"), b = message("");
  EXPECT_EQ(all_at_once(a + b), (std::vector{a, b}));
}

TEST(Framer, CutAtEveryByte) {
  const auto a = message("he\r\n\r\nllo"), b = message("", "l: 0\r\n"), c = message("x", "Subject: a\r\n b\r\n");
  const auto stream = a + b + "\r\n\r\n" + c;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Log log;
    log.feed(std::string_view{stream}.substr(0, cut));
    log.feed(std::string_view{stream}.substr(cut));
    std::erase_if(log.lines, [](const auto& line) { return line == "ping" || line == "pong"; });
    EXPECT_EQ(log.lines, (std::vector{a, b, c})) << cut;
    EXPECT_TRUE(log.framer.is_idle());
  }
}

TEST(Framer, ByteByByte) {
  const auto a = message("hello"), b = message("");
  Log log;
  for (const char c : a + b) log.feed({&c, 1});
  EXPECT_EQ(log.lines, (std::vector{a, b}));
}

TEST(Framer, NAT_09_KeepalivesBetweenMessages) {
  EXPECT_EQ(all_at_once("\r\n\r\n"), (std::vector<std::string>{"ping"}));
  EXPECT_EQ(all_at_once("\r\n"), (std::vector<std::string>{"pong"}));
  EXPECT_EQ(all_at_once("\r\n\r\n\r\n\r\n"), (std::vector<std::string>{"ping", "ping"}));
  const auto a = message("x");
  EXPECT_EQ(all_at_once("\r\n\r\n" + a + "\r\n"), (std::vector<std::string>{"ping", a, "pong"}));
  EXPECT_EQ(all_at_once("\r\n" + a), (std::vector{a}));
  Log log;
  log.feed("\r");
  EXPECT_TRUE(log.lines.empty());
  log.feed("\n");
  EXPECT_EQ(log.lines, (std::vector<std::string>{"pong"}));
  log.feed("\r");
  log.feed("\n");
  EXPECT_EQ(log.lines, (std::vector<std::string>{"pong", "ping"}));
}

TEST(Framer, FoldedAndRepeatedLengths) {
  const std::string folded = "MESSAGE sip:a@b SIP/2.0\r\nl :\r\n  2\r\n\r\nab";
  EXPECT_EQ(all_at_once(folded), (std::vector{folded}));
  const std::string twice = "MESSAGE sip:a@b SIP/2.0\r\nl: 2\r\nContent-Length: 2\r\n\r\nab";
  EXPECT_EQ(all_at_once(twice), (std::vector{twice}));
}

TEST(Framer, StreamsThatHaveLostTheirBoundaries) {
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nCall-ID: 1\r\n\r\n"), Error::no_content_length);
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nl: -999\r\n\r\n"), Error::content_length);
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nl: x\r\n\r\n"), Error::content_length);
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\n"), Error::content_length);
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nl: 4294967296\r\n\r\n"), Error::content_length);
  EXPECT_EQ(error("MESSAGE sip:a@b SIP/2.0\r\nl: 4294967295\r\n\r\n"), Error::too_long);
  EXPECT_EQ(error("2^\r\r\r\n"), Error::not_sip);
  Log slow;
  for (const char c : std::string{"2^\r\r\r\n"}) slow.feed({&c, 1});
  EXPECT_TRUE(slow.framer.is_broken());
  EXPECT_EQ(error(std::string("\x16\x03\x01\x02\x00", 5)), Error::not_sip);
}

TEST(Framer, ABrokenLengthLeavesTheHeadForA400) {
  const std::string head = "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nl: -1\r\n\r\n";
  EXPECT_EQ(all_at_once(head + "junk"), (std::vector{"error 2 " + head}));
}

TEST(Framer, LimitOfBlankBytes) {
  Log log;
  for (std::size_t i = 0; i < StreamFramer::max_blank_bytes / 4; ++i) log.feed("\r\n\r\n");
  EXPECT_FALSE(log.framer.is_broken());
  log.feed("\r\n\r\n");
  EXPECT_TRUE(log.framer.is_broken());
}

TEST(Framer, LimitOfHeaderBytes) {
  Log log;
  log.feed("MESSAGE sip:a@b SIP/2.0\r\nX-1: ");
  while (!log.framer.is_broken()) {
    log.feed(std::string(1000, 'x'));
    ASSERT_LE(log.framer.pending(), StreamFramer::max_header_bytes);
  }
  EXPECT_EQ(log.lines.at(0).substr(0, 7), "error 0");
}

TEST(Framer, LimitOfMessageBytes) {
  const auto head_size = message(std::string(60000, 'x')).size() - 60000;
  const auto longest = message(std::string(sip::max_message_bytes - head_size, 'x'));
  EXPECT_EQ(longest.size(), sip::max_message_bytes);
  EXPECT_EQ(all_at_once(longest), (std::vector{longest}));
  EXPECT_EQ(error(message(std::string(sip::max_message_bytes - head_size + 1, 'x'))), Error::too_long);
}

TEST(Framer, HoldsNoMoreThanTheUnfinishedMessage) {
  Log log;
  const auto one = message(std::string(500, 'x'));
  log.feed(one.substr(0, 3));
  for (int i = 0; i < 2000; ++i) {
    log.feed(one.substr(3) + one.substr(0, 3));
    ASSERT_EQ(log.framer.pending(), 3U);
  }
  EXPECT_EQ(log.lines.size(), 2000U);
}

// A minute of megabytes in one-byte reads would show any second look at what was seen.
TEST(Framer, CostIsLinearInTheBytes) {
  Log log;
  const auto one = message(std::string(60000, 'x'), "X-1: " + std::string(4000, 'y') + "\r\n");
  for (int i = 0; i < 20; ++i)
    for (const char c : one) log.feed({&c, 1});
  EXPECT_EQ(log.lines.size(), 20U);
}
