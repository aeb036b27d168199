#include "proxy/request_edit.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

sip::Message invite(std::string_view more = {}, std::string_view uri = "sip:bob@biloxi.example.com") {
  return *sip::Message::parse("INVITE " + std::string{uri} +
                              " SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa\r\n"
                              "From: <sip:a@example.com>;tag=1\r\nTo: <sip:b@example.com>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n" +
                              std::string{more} + "Content-Length: 0\r\n\r\n");
}

TEST(RequestEdit, Hops) {
  auto request = invite("Max-Forwards: 2\r\n");
  EXPECT_TRUE(count_hop(request));
  EXPECT_EQ(request.text_of("Max-Forwards"), "1");
  EXPECT_TRUE(count_hop(request));
  EXPECT_FALSE(count_hop(request));
  auto without = invite();
  EXPECT_TRUE(count_hop(without));
  EXPECT_EQ(without.text_of("Max-Forwards"), "70");
}

TEST(RequestEdit, ToATargetWithAPath_TRX_15) {
  auto request = invite();
  Target target;
  target.uri = *sip::Uri::parse("sip:bob@192.0.2.9");
  target.routes = {"<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"};
  EXPECT_EQ(address(request, target).text().view(), "sip:p1.example.com;lr");
  EXPECT_EQ(request.request_uri(), "sip:bob@192.0.2.9");
  EXPECT_EQ(request.texts_of("Route"), (std::vector<std::string_view>{"<sip:p1.example.com;lr>", "<sip:p2.example.com;lr>"}));
}

TEST(RequestEdit, LooseRouterLeavesTheRequestUri_TRX_10) {
  auto request = invite("Route: <sip:p1.example.com;lr>\r\n");
  EXPECT_EQ(address(request, {}).text().view(), "sip:p1.example.com;lr");
  EXPECT_EQ(request.request_uri(), "sip:bob@biloxi.example.com");
}

TEST(RequestEdit, StrictRouterGetsItsUri_TRX_09) {
  auto request = invite("Route: <sip:p1.example.com>\r\n");
  EXPECT_EQ(address(request, {}).text().view(), "sip:p1.example.com");
  EXPECT_EQ(request.request_uri(), "sip:p1.example.com");
  EXPECT_EQ(request.text_of("Route"), "<sip:bob@biloxi.example.com>");
}

TEST(RequestEdit, OurCredentialsStayHere) {
  auto request = invite("Proxy-Authorization: Digest username=\"a\", realm=\"here\", nonce=\"n\", uri=\"sip:x\", response=\"r\"\r\n"
                        "Proxy-Authorization: Digest username=\"a\", realm=\"there\", nonce=\"n\", uri=\"sip:x\", response=\"r\"\r\n");
  remove_credentials(request, "here");
  const auto left = request.texts_of("Proxy-Authorization");
  ASSERT_EQ(left.size(), 1U);
  EXPECT_NE(left[0].find("there"), std::string_view::npos);
}

TEST(RequestEdit, LoopsAndSpirals_TRX_11) {
  const auto mark = loop_mark(invite());
  EXPECT_EQ(mark, loop_mark(invite()));
  const auto back = [&](std::string_view uri) {
    return invite("Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKrandom" + mark + "\r\n", uri);
  };
  EXPECT_TRUE(has_looped(back("sip:bob@biloxi.example.com"), "10.0.0.1:5060", loop_mark(back("sip:bob@biloxi.example.com"))));
  EXPECT_FALSE(has_looped(back("sip:carol@biloxi.example.com"), "10.0.0.1:5060", loop_mark(back("sip:carol@biloxi.example.com"))))
      << "a spiral";
  EXPECT_FALSE(has_looped(back("sip:bob@biloxi.example.com"), "10.0.0.2:5060", mark)) << "another proxy's";
}

TEST(RequestEdit, Breadth) {
  EXPECT_EQ(breadth_of(invite()), 60U);
  EXPECT_EQ(breadth_of(invite("Max-Breadth: 3\r\n")), 3U);
}

}  // namespace
}  // namespace proxy
