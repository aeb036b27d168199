// http/websocket_test.cc - RFC 6455 section 5: frames of every size, in pieces and fragments, and what breaks the rules.
#include "http/websocket.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

using http::WebSocket;

namespace {

constexpr auto server = WebSocket::Role::server;
constexpr auto client = WebSocket::Role::client;

std::string hex(std::string_view text) { return base::from_hex(text).value(); }

/// A masked frame as a client sends it, bit by bit.
std::string masked(std::uint8_t first, std::string_view payload, std::uint32_t key = 0x37fa213d) {
  std::string out{static_cast<char>(first)};
  EXPECT_LE(payload.size(), 125U);
  out += static_cast<char>(0x80 | payload.size());
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(key >> shift);
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ static_cast<char>(key >> (24 - 8 * (i % 4))));
  return out;
}

struct Seen {
  std::vector<std::string> messages;
  std::string sent;
  std::optional<std::uint16_t> closed;
  std::string last_words;
};

Seen drain(WebSocket& socket) {
  Seen seen;
  while (auto output = socket.poll()) {
    if (const auto* message = std::get_if<WebSocket::Message>(&*output)) seen.messages.push_back(message->bytes);
    if (const auto* send = std::get_if<WebSocket::Send>(&*output)) seen.sent += send->bytes;
    if (const auto* closed = std::get_if<WebSocket::Closed>(&*output)) {
      seen.closed = closed->status;
      seen.last_words = closed->last_words;
    }
  }
  return seen;
}

Seen feed(std::string_view bytes, WebSocket::Role role = server) {
  WebSocket socket{role};
  socket.on_bytes(bytes);
  return drain(socket);
}

}  // namespace

TEST(WebSocket, TheExamplesOfTheRfc) {  // section 5.7
  EXPECT_EQ(feed(hex("818537fa213d7f9f4d5158")).messages, std::vector<std::string>{"Hello"});
  EXPECT_EQ(feed(hex("810548656c6c6f"), client).messages, std::vector<std::string>{"Hello"});
  EXPECT_EQ(feed(hex("010348656c80026c6f"), client).messages, std::vector<std::string>{"Hello"});
  EXPECT_EQ(feed(hex("898537fa213d7f9f4d5158")).sent, hex("8a0548656c6c6f")) << "a ping is answered with what it held";
}

TEST(WebSocket, EverySizeGoesThroughWholeAndByteByByte) {
  for (const std::size_t size : {0UL, 1UL, 125UL, 126UL, 127UL, 65'535UL, WebSocket::message_bytes_max}) {
    const std::string text(size, 'x');
    WebSocket from{client, 1}, to{server}, slow{server};
    const auto frame = from.frame(text);
    to.on_bytes(frame);
    EXPECT_EQ(drain(to).messages, std::vector<std::string>{text}) << size;
    if (size > 1000) continue;
    std::vector<std::string> got;
    for (const char c : frame) {
      slow.on_bytes({&c, 1});
      for (auto& message : drain(slow).messages) got.push_back(message);
    }
    EXPECT_EQ(got, std::vector<std::string>{text}) << size;
    EXPECT_TRUE(slow.is_idle());
  }
}

TEST(WebSocket, SeveralFramesInOnePieceComeInOrder) {
  WebSocket from{client, 2};
  EXPECT_EQ(feed(from.frame("one") + from.frame("two") + from.frame("three")).messages,
            (std::vector<std::string>{"one", "two", "three"}));
}

TEST(WebSocket, AServerDoesNotMaskAClientDoesWithFreshMasks) {
  WebSocket from_server{server}, from_client{client, 3};
  EXPECT_EQ(from_server.frame("Hello"), hex("810548656c6c6f"));
  const auto a = from_client.frame("Hello"), b = from_client.frame("Hello");
  EXPECT_NE(a, b);
  EXPECT_NE(a.find_first_not_of("Hello"), std::string::npos);
}

TEST(WebSocket, TextIsUtf8AndOtherBytesAreBinary) {
  WebSocket socket{server};
  EXPECT_EQ(socket.frame("Grüße")[0], '\x81');
  EXPECT_EQ(socket.frame("\xff\xfe")[0], '\x82');
}

TEST(WebSocket, AControlFrameMayStandBetweenFragments) {
  const auto seen = feed(masked(0x01, "INV") + masked(0x89, "?") + masked(0x00, "I") + masked(0x80, "TE"));
  EXPECT_EQ(seen.messages, std::vector<std::string>{"INVITE"});
  EXPECT_EQ(seen.sent, hex("8a01") + "?");
  EXPECT_FALSE(seen.closed);
}

TEST(WebSocket, AHalfMessageIsNotIdle) {
  WebSocket socket{server};
  EXPECT_TRUE(socket.is_idle());
  socket.on_bytes(masked(0x01, "INV"));
  drain(socket);
  EXPECT_FALSE(socket.is_idle());
  socket.on_bytes(masked(0x80, "ITE"));
  drain(socket);
  EXPECT_TRUE(socket.is_idle());
  socket.on_bytes("\x81");
  EXPECT_FALSE(socket.is_idle());
}

TEST(WebSocket, WhatBreaksTheRulesClosesWithAProtocolError) {
  const std::map<std::string, std::string> wrong{
      {"not masked", hex("810548656c6c6f")},
      {"a reserved bit", masked(0xc1, "x")},
      {"an unknown opcode", masked(0x83, "x")},
      {"an unknown control opcode", masked(0x8b, "x")},
      {"a continuation of nothing", masked(0x80, "x")},
      {"a new message within one", masked(0x01, "x") + masked(0x81, "y")},
      {"a fragmented ping", masked(0x09, "x")},
      {"a long ping", hex("89fe0100")},
      {"a close of one byte", masked(0x88, "x")},
      {"a close with a status nobody may send", masked(0x88, hex("03ed"))}};
  for (const auto& [what, bytes] : wrong) {
    const auto seen = feed(bytes);
    EXPECT_EQ(seen.closed, WebSocket::protocol_error) << what;
    EXPECT_EQ(seen.last_words, hex("880203ea")) << what;
    EXPECT_TRUE(seen.messages.empty()) << what;
  }
  EXPECT_EQ(feed(masked(0x81, "x"), client).closed, WebSocket::protocol_error) << "a server does not mask";
}

TEST(WebSocket, AGiantFrameIsRefusedByItsHeadAlone) {
  EXPECT_EQ(feed(hex("82ff0000000000010001")).closed, WebSocket::too_big) << "one byte too many";
  EXPECT_EQ(feed(hex("82ffffffffffffffffff")).closed, WebSocket::too_big);
  EXPECT_FALSE(feed(hex("82ff0000000000010000")).closed) << "the largest that is taken";
}

TEST(WebSocket, FragmentsTogetherHaveTheSameLimit) {
  WebSocket socket{server};
  const std::string piece = masked(0x00, std::string(125, 'x'));
  socket.on_bytes(masked(0x02, std::string(125, 'x')));
  Seen seen;
  for (std::size_t sent = 125; !seen.closed; sent += 125) {
    ASSERT_LE(sent, WebSocket::message_bytes_max);
    socket.on_bytes(piece);
    seen = drain(socket);
  }
  EXPECT_EQ(seen.closed, WebSocket::too_big);
  EXPECT_TRUE(socket.is_closed());
}

TEST(WebSocket, EndlessEmptyFragmentsAreEnded) {
  WebSocket socket{server};
  socket.on_bytes(masked(0x01, ""));
  for (std::size_t i = 1; i < WebSocket::fragments_max; ++i) socket.on_bytes(masked(0x00, ""));
  EXPECT_FALSE(drain(socket).closed);
  socket.on_bytes(masked(0x00, ""));
  EXPECT_EQ(drain(socket).closed, WebSocket::too_big);
}

TEST(WebSocket, BrokenTextIsBadDataBinaryIsNot) {
  EXPECT_EQ(feed(masked(0x81, "\xc3\x28")).closed, WebSocket::bad_data);
  EXPECT_EQ(feed(masked(0x82, "\xc3\x28")).messages.size(), 1U);
  EXPECT_EQ(feed(masked(0x01, "\xc3") + masked(0x80, "\xa4")).messages, std::vector<std::string>{"ä"}) << "cut in a character";
}

TEST(WebSocket, ACloseIsAnsweredAndNothingFollows) {
  const auto seen = feed(masked(0x88, hex("03e8") + "bye") + masked(0x81, "late"));
  EXPECT_EQ(seen.closed, WebSocket::normal);
  EXPECT_EQ(seen.last_words, hex("880203e8"));
  EXPECT_TRUE(seen.messages.empty());
  EXPECT_EQ(feed(masked(0x88, "")).closed, WebSocket::no_status);
  EXPECT_EQ(feed(masked(0x88, hex("03e8") + "\xff")).closed, WebSocket::bad_data);
}

TEST(WebSocket, PongsAreTakenInSilence) {
  const auto seen = feed(masked(0x8a, "x"));
  EXPECT_TRUE(seen.messages.empty() && seen.sent.empty() && !seen.closed);
}

TEST(WebSocket, Utf8IsExact) {
  for (const auto* good : {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(http::is_utf8(good)) << good;
  for (const auto* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80", "\xe2\x82", "a\xff"})
    EXPECT_FALSE(http::is_utf8(bad)) << bad;
}
