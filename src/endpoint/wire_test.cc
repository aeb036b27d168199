// endpoint/wire_test.cc - SIP in the streams of TCP and WebSocket: keepalives, last words, rude peers.
#include "endpoint/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint/web_wire.h"
#include "http/upgrade.h"
#include "sip/message.h"

using endpoint::StreamWire;
using endpoint::WebWire;
using endpoint::Wire;
using testing::HasSubstr;
using testing::StartsWith;

namespace {

constexpr std::string_view message = "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP b;branch=z9hG4bKx\r\nContent-Length: 0\r\n\r\n";

struct Seen {
  std::vector<std::string> messages;
  std::string replies;
  std::optional<Wire::Over> over;
};

Seen drain(Wire& wire) {
  Seen seen;
  while (auto output = wire.poll()) {
    if (auto* arrived = std::get_if<Wire::Arrived>(&*output)) seen.messages.push_back(arrived->bytes);
    if (auto* reply = std::get_if<Wire::Reply>(&*output)) seen.replies += reply->bytes;
    if (auto* over = std::get_if<Wire::Over>(&*output)) seen.over = *over;
    if (seen.over) break;
  }
  return seen;
}

Seen feed(Wire& wire, std::string_view bytes) {
  wire.on_bytes(bytes);
  return drain(wire);
}

std::string upgrade() { return http::upgrade_request("example.com", "/", "dGhlIHNhbXBsZSBub25jZQ==", "sip"); }

/// A server's wire after its upgrade.
struct Open : WebWire {
  Open() : WebWire{nullptr} { EXPECT_THAT(feed(*this, upgrade()).replies, StartsWith("HTTP/1.1 101 ")); }
};

}  // namespace

TEST(StreamWire, NAT08_ADoubleLineEndIsAnsweredWithOne) {
  StreamWire wire;
  EXPECT_EQ(feed(wire, "\r\n\r\n").replies, "\r\n");
  EXPECT_TRUE(wire.is_idle());
  EXPECT_EQ(feed(wire, "\r\n").replies, "");
}

TEST(StreamWire, MessagesComeInOrder) {
  StreamWire wire;
  EXPECT_EQ(feed(wire, std::string{message} + std::string{message}).messages.size(), 2U);
  EXPECT_EQ(wire.wrap(message), message);
}

TEST(StreamWire, AnAbsurdContentLengthIsAnsweredAndEnded) {
  for (const auto& [length, status] : std::map<std::string, std::string>{
           {"99999999999999999999", "400 Bad Content-Length"}, {"-1", "400 Bad Content-Length"}, {"4000000000", "513 Message Too Large"}}) {
    StreamWire wire;
    const auto seen = feed(wire, "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/TCP b;branch=z9hG4bKx\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:a>\r\n"
                                 "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: " + length + "\r\n\r\n");
    ASSERT_TRUE(seen.over) << length;
    EXPECT_THAT(seen.over->last_words, StartsWith("SIP/2.0 " + status)) << length;
  }
}

TEST(StreamWire, EndlessHeadersEndIt) {
  StreamWire wire;
  std::optional<Wire::Over> over;
  std::size_t fed = 0;
  for (wire.on_bytes("OPTIONS sip:a SIP/2.0\r\n"); !over; fed += 24) {
    over = feed(wire, "X-Filler: 012345678901\r\n").over;
    ASSERT_LT(fed, 2 * sip::StreamFramer::max_header_bytes);
  }
  EXPECT_EQ(over->why, "Message too large");
}

TEST(StreamWire, WhatIsNoSipEndsItAtOnce) {
  StreamWire wire;
  const auto seen = feed(wire, "\x16\x03\x01\x02");
  ASSERT_TRUE(seen.over);
  EXPECT_EQ(seen.over->last_words, "");
}

TEST(WebWire, MessagesGoBothWays) {
  Open wire;
  http::WebSocket browser{http::WebSocket::Role::client, 1};
  EXPECT_EQ(feed(wire, browser.frame(message)).messages, std::vector<std::string>{std::string{message}});
  browser.on_bytes(wire.wrap(message));
  EXPECT_EQ(std::get<http::WebSocket::Message>(*browser.poll()).bytes, message);
}

TEST(WebWire, AFrameRightBehindTheUpgradeIsTaken) {
  WebWire wire{nullptr};
  http::WebSocket browser{http::WebSocket::Role::client, 1};
  const auto seen = feed(wire, upgrade() + browser.frame(message));
  EXPECT_THAT(seen.replies, StartsWith("HTTP/1.1 101 "));
  EXPECT_EQ(seen.messages.size(), 1U);
}

TEST(WebWire, LineEndsInAMessageAreAKeepalive) {
  Open wire;
  http::WebSocket browser{http::WebSocket::Role::client, 1};
  browser.on_bytes(feed(wire, browser.frame("\r\n\r\n")).replies);
  EXPECT_EQ(std::get<http::WebSocket::Message>(*browser.poll()).bytes, "\r\n");
  EXPECT_TRUE(feed(wire, browser.frame("\r\n")).replies.empty());
}

TEST(WebWire, APingIsAnsweredAndACloseIsTheEnd) {
  Open wire;
  http::WebSocket browser{http::WebSocket::Role::client, 1};
  EXPECT_EQ(feed(wire, browser.ping()).replies, std::string("\x8a\x00", 2));
  const auto seen = feed(wire, browser.close(http::WebSocket::going_away));
  ASSERT_TRUE(seen.over);
  EXPECT_EQ(seen.over->last_words, "\x88\x02\x03\xe9");
}

TEST(WebWire, UntilTheUpgradeItIsNotIdle) {
  WebWire wire{nullptr};
  EXPECT_FALSE(wire.is_idle());
  feed(wire, "GET / HT");
  EXPECT_FALSE(wire.is_idle());
  feed(wire, upgrade().substr(8));
  EXPECT_TRUE(wire.is_idle());
}

TEST(WebWire, OtherRequestsAreAnsweredAndClosed) {
  const std::map<std::string, std::string> answers{
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 "},
      {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 400 "},
      {"nonsense\r\n\r\n", "HTTP/1.1 400 "},
      {"GET / HTTP/1.1\r\n" + std::string(http::head_bytes_max, 'x'), "HTTP/1.1 431 "}};
  for (const auto& [request, answer] : answers) {
    WebWire wire{nullptr};
    const auto seen = feed(wire, request);
    ASSERT_TRUE(seen.over) << request.substr(0, 60);
    EXPECT_THAT(seen.over->last_words, StartsWith(answer));
    EXPECT_THAT(seen.over->last_words, HasSubstr("close\r\n"));
    EXPECT_FALSE(wire.poll());
  }
}

TEST(WebWire, PagesAnswerWhatIsNoUpgrade) {
  struct Portal : http::Pages {
    http::Response answer(const http::Request& request) override { return {200, {}, "this is " + request.target}; }
  } portal;
  WebWire wire{&portal};
  EXPECT_THAT(feed(wire, "GET /portal HTTP/1.1\r\nHost: a\r\n\r\n").over->last_words, testing::EndsWith("this is /portal"));
}

TEST(WebWire, ThePhonesSideUpgradesAndThenSendsWhatWaited) {
  WebWire phone{"192.0.2.1:5066", 7};
  Open dummy;
  WebWire server{nullptr};
  EXPECT_EQ(phone.wrap(message), "") << "not before the upgrade";
  const auto request = drain(phone).replies;
  EXPECT_THAT(request, HasSubstr("Host: 192.0.2.1:5066\r\n"));
  const auto answer = feed(server, request).replies;
  const auto waited = feed(phone, answer).replies;
  EXPECT_EQ(feed(server, waited).messages, std::vector<std::string>{std::string{message}});
  EXPECT_EQ(feed(phone, server.wrap(message)).messages.size(), 1U);
  EXPECT_TRUE(phone.is_idle());
}

TEST(WebWire, ThePhonesSideGivesUpWhenItIsRefused) {
  WebWire phone{"192.0.2.1:5066", 7};
  drain(phone);
  EXPECT_TRUE(feed(phone, "HTTP/1.1 404 Not Found\r\n\r\n").over);
}
