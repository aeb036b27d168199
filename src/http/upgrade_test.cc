// http/upgrade_test.cc - RFC 6455 section 4 and the subprotocol of RFC 7118 section 4.
#include "http/upgrade.h"

#include <gtest/gtest.h>

using namespace http;

namespace {

Request request_of(std::string_view text) {
  HeadReader reader;
  EXPECT_EQ(reader.on_bytes(text), HeadReader::State::complete) << text;
  return reader.request().value();
}

/// The example of RFC 7118 section 4, with one line replaced or left out.
Request browser(std::string_view line = {}, std::string_view instead = {}) {
  std::string text =
      "GET / HTTP/1.1\r\nHost: sip-ws.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://www.example.com\r\n"
      "Sec-WebSocket-Protocol: sip\r\nSec-WebSocket-Version: 13\r\n\r\n";
  if (!line.empty()) text.replace(text.find(line), line.size(), instead);
  return request_of(text);
}

}  // namespace

TEST(Upgrade, TheExampleOfTheRfcIsAnswered) {
  const auto response = answer_upgrade(browser(), "sip");
  EXPECT_EQ(response.status, 101);
  EXPECT_EQ(response.headers.text("Sec-WebSocket-Accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(response.headers.text("Sec-WebSocket-Protocol"), "sip");
  EXPECT_TRUE(wants_upgrade(browser()));
}

TEST(Upgrade, TheSubprotocolMayBeOneOfSeveral) {
  EXPECT_EQ(answer_upgrade(browser("Protocol: sip", "Protocol: chat, SIP"), "sip").status, 101);
}

TEST(Upgrade, WithoutTheSubprotocolItIsToldWhichOne) {
  const auto response = answer_upgrade(browser("Sec-WebSocket-Protocol: sip\r\n", ""), "sip");
  EXPECT_EQ(response.status, 426);
  EXPECT_EQ(response.headers.text("Sec-WebSocket-Protocol"), "sip");
}

TEST(Upgrade, AnotherVersionIsToldWhichOne) {
  const auto response = answer_upgrade(browser("Version: 13", "Version: 8"), "sip");
  EXPECT_EQ(response.status, 426);
  EXPECT_EQ(response.headers.text("Sec-WebSocket-Version"), "13");
}

TEST(Upgrade, WhatIsNotWholeIsRefused) {
  EXPECT_EQ(answer_upgrade(browser("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="), "sip").status, 400);
  EXPECT_EQ(answer_upgrade(browser("dGhlIHNhbXBsZSBub25jZQ==", "!"), "sip").status, 400);
  EXPECT_EQ(answer_upgrade(browser("Host: sip-ws.example.com\r\n", ""), "sip").status, 400);
  EXPECT_EQ(answer_upgrade(browser("Connection: Upgrade\r\n", ""), "sip").status, 400);
  EXPECT_EQ(answer_upgrade(browser("GET", "POST"), "sip").status, 400);
  EXPECT_EQ(answer_upgrade(browser("HTTP/1.1", "HTTP/1.0"), "sip").status, 400);
}

TEST(Upgrade, APageIsNoUpgrade) {
  EXPECT_FALSE(wants_upgrade(request_of("GET / HTTP/1.1\r\nHost: a\r\n\r\n")));
}

TEST(Upgrade, BothSidesUnderstandEachOther) {
  base::Random random{7};
  const auto key = new_key(random);
  const auto request = request_of(upgrade_request("192.0.2.1:5066", "/", key, "sip"));
  HeadReader reader;
  reader.on_bytes(answer_upgrade(request, "sip").text());
  ASSERT_TRUE(reader.response());
  EXPECT_TRUE(is_upgraded(*reader.response(), key, "sip"));
  EXPECT_FALSE(is_upgraded(*reader.response(), new_key(random), "sip"));
  EXPECT_FALSE(is_upgraded(*reader.response(), key, "chat"));
}
