// sip/multipart_test.cc - RFC 2046 and RFC 5621: bodies within bodies.
#include "sip/multipart.h"

#include <gtest/gtest.h>

using namespace sip;

namespace {

constexpr std::string_view type = "multipart/mixed;boundary=\"a b\"";
constexpr std::string_view body =
    "preamble\r\n--a b\r\nContent-Type: application/sdp\r\nContent-ID: <1@h>\r\n\r\nv=0\r\ns=-\r\n\r\n--a b\r\n"
    "Content-Type: text/plain;charset=utf-8\r\nContent-Disposition: render; handling=optional\r\n\r\nhello --a b not a line\r\n--a b--\r\nepilogue";

}  // namespace

TEST(Multipart, SDP_09_PartsAreCutAtTheirBoundaries) {
  const auto parts = parse_multipart(type, body);
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].type(), "application/sdp");
  EXPECT_EQ((*parts)[0].header("content-id"), "<1@h>");
  EXPECT_EQ((*parts)[0].body, "v=0\r\ns=-\r\n");
  EXPECT_EQ((*parts)[1].type(), "text/plain");
  EXPECT_EQ((*parts)[1].handling(), "optional");
  EXPECT_EQ((*parts)[1].body, "hello --a b not a line");
}

TEST(Multipart, SDP_09_WhatIsPrintedIsReadAgain) {
  const auto parts = parse_multipart(type, body);
  ASSERT_TRUE(parts);
  const auto printed = print_multipart(*parts, "xyz");
  const auto again = parse_multipart("multipart/mixed; boundary=xyz", printed);
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 2U);
  EXPECT_EQ((*again)[0].body, (*parts)[0].body);
  EXPECT_EQ((*again)[1].headers, (*parts)[1].headers);
}

TEST(Multipart, SDP_09_PartsWithoutHeadersAndEmptyOnes) {
  const auto parts = parse_multipart("multipart/mixed;boundary=b", "--b\r\n\r\nplain\r\n--b\r\n\r\n\r\n--b--");
  ASSERT_TRUE(parts);
  ASSERT_EQ(parts->size(), 2U);
  EXPECT_EQ((*parts)[0].type(), "text/plain");
  EXPECT_EQ((*parts)[0].body, "plain");
  EXPECT_EQ((*parts)[1].body, "");
}

TEST(Multipart, BrokenOnesHaveNoParts) {
  EXPECT_FALSE(parse_multipart("multipart/mixed", body));
  EXPECT_FALSE(parse_multipart("multipart/mixed;boundary=other", body));
  EXPECT_FALSE(parse_multipart("multipart/mixed;boundary=b", "--b"));
  EXPECT_FALSE(parse_multipart("multipart/mixed;boundary=b", ""));
  std::string many;
  for (std::size_t i = 0; i <= body_parts_max; ++i) many += "--b\r\n\r\nx\r\n";
  EXPECT_FALSE(parse_multipart("multipart/mixed;boundary=b", many + "--b--"));
}

TEST(Multipart, SDP_09_TheSessionDescriptionIsFoundInside) {
  EXPECT_EQ(find_session_description("application/sdp", "v=0").description, "v=0");
  EXPECT_EQ(find_session_description(type, body).description, "v=0\r\ns=-\r\n");
  EXPECT_FALSE(find_session_description(type, body).unknown_required);
  EXPECT_FALSE(find_session_description("text/plain", "v=0").description);
  const std::string nested = "--o\r\nContent-Type: " + std::string{type} + "\r\n\r\n" + std::string{body} + "\r\n--o--";
  EXPECT_EQ(find_session_description("multipart/mixed;boundary=o", nested).description, "v=0\r\ns=-\r\n");
}

TEST(Multipart, RSP_16_AnUnknownPartThatIsRequiredIsSaid) {
  const auto found = find_session_description(
      "multipart/mixed;boundary=b",
      "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b\r\nContent-Type: application/isup\r\n"
      "Content-Disposition: signal;handling=required\r\n\r\n\x01\x02\r\n--b--");
  EXPECT_EQ(found.description, "v=0");
  EXPECT_TRUE(found.unknown_required);
}

TEST(Multipart, NestingIsLimited) {
  std::string inner = "v=0", inner_type = "application/sdp";
  for (int depth = 0; depth <= body_nesting_max; ++depth) {
    const std::string boundary = "b" + std::to_string(depth);
    inner = "--" + boundary + "\r\nContent-Type: " + inner_type + "\r\n\r\n" + inner + "\r\n--" + boundary + "--";
    inner_type = "multipart/mixed;boundary=" + boundary;
  }
  EXPECT_FALSE(find_session_description(inner_type, inner).description);
}
