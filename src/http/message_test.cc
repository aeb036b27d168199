// http/message_test.cc - heads of requests and responses: whole, in pieces, wrong, endless.
#include "http/message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using http::HeadReader;
using State = HeadReader::State;
using testing::ElementsAre;

namespace {

constexpr std::string_view get = "GET /sip?x=1 HTTP/1.1\r\nHost: example.com\r\nUpgrade: websocket\r\nconnection: keep-alive, Upgrade\r\n\r\n";

State state_of(std::string_view text) { return HeadReader{}.on_bytes(text); }

}  // namespace

TEST(HttpHead, ARequestIsRead) {
  HeadReader reader;
  ASSERT_EQ(reader.on_bytes(get), State::complete);
  const auto request = reader.request();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->target, "/sip?x=1");
  EXPECT_EQ(request->minor_version, 1);
  EXPECT_EQ(request->headers.text("HOST"), "example.com");
  EXPECT_TRUE(request->headers.has_token("Connection", "upgrade"));
  EXPECT_FALSE(request->headers.has_token("Connection", "close"));
  EXPECT_EQ(request->headers.text("Absent"), "");
  EXPECT_FALSE(reader.response());
}

TEST(HttpHead, BytesOneByOneMakeTheSame) {
  HeadReader reader;
  for (const char c : get.substr(0, get.size() - 1)) ASSERT_EQ(reader.on_bytes({&c, 1}), State::unfinished);
  EXPECT_EQ(reader.on_bytes("\n"), State::complete);
  EXPECT_EQ(reader.request()->target, "/sip?x=1");
  EXPECT_EQ(reader.take_rest(), "");
}

TEST(HttpHead, WhatFollowsIsKept) {
  HeadReader reader;
  ASSERT_EQ(reader.on_bytes(std::string{get} + "abc"), State::complete);
  reader.on_bytes("def");
  EXPECT_EQ(reader.take_rest(), "abcdef");
}

TEST(HttpHead, AResponseIsRead) {
  HeadReader reader;
  ASSERT_EQ(reader.on_bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), State::complete);
  EXPECT_EQ(reader.response()->status, 101);
  EXPECT_EQ(reader.response()->headers.text("upgrade"), "websocket");
}

TEST(HttpHead, WhatIsNoHttpIsWrong) {
  EXPECT_EQ(state_of("OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET /\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/2.0\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET  / HTTP/1.1\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/1.1\r\nno colon\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), State::wrong);
  EXPECT_EQ(state_of("\r\n\r\n"), State::wrong);
}

TEST(HttpHead, AnEndlessHeadIsTooLong) {
  HeadReader reader;
  reader.on_bytes("GET / HTTP/1.1\r\n");
  State state = State::unfinished;
  std::size_t fed = 0;
  while (state == State::unfinished) {
    state = reader.on_bytes("X-Filler: 0123456789\r\n");
    ASSERT_LT(fed += 22, 2 * http::head_bytes_max);
  }
  EXPECT_EQ(state, State::too_long);
  EXPECT_EQ(reader.on_bytes("more"), State::too_long);
}

TEST(HttpHead, TooManyHeadersAreWrong) {
  std::string many{"GET / HTTP/1.1\r\n"};
  for (std::size_t i = 0; i < http::headers_max; ++i) many += "a: b\r\n";
  EXPECT_EQ(state_of(many + "\r\n"), State::complete);
  EXPECT_EQ(state_of(many + "a: b\r\n\r\n"), State::wrong);
}

TEST(HttpHead, ListsSpreadOverLinesAreOne) {
  HeadReader reader;
  reader.on_bytes("GET / HTTP/1.1\r\nP: a, b\r\nQ: x\r\np: c,,\r\n\r\n");
  EXPECT_THAT(reader.request()->headers.list("P"), ElementsAre("a", "b", "c"));
}

TEST(HttpResponse, HasALengthUnlessItIsAnUpgrade) {
  http::Response page{404, {}, "nothing here"};
  page.headers.add("Content-Type", "text/plain");
  EXPECT_EQ(page.text(), "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nnothing here");
  EXPECT_EQ((http::Response{101, {}, {}}.text()), "HTTP/1.1 101 Switching Protocols\r\n\r\n");
}
