// sip/params_test.cc - header parameters and name-addr.
#include "sip/params.h"

#include <gtest/gtest.h>

#include "sip/name_addr.h"

namespace {

sip::Params params(std::string_view text, std::string_view rest = "") {
  sip::Params parsed;
  base::Cursor in{text};
  EXPECT_TRUE(parsed.parse(in)) << text;
  EXPECT_EQ(in.rest(), rest) << text;
  return parsed;
}

bool is_broken(std::string_view text) {
  sip::Params parsed;
  base::Cursor in{text};
  return !parsed.parse(in);
}

}  // namespace

TEST(Params, LooksUpWithoutCase) {
  const auto p = params(";Tag=abc;lr;x=\"a;b=\\\"c\"");
  EXPECT_EQ(p.find("tag"), "abc");
  EXPECT_EQ(p.find("lr"), "");
  EXPECT_EQ(p.find("x"), "\"a;b=\\\"c\"");
  EXPECT_EQ(p.text_of("x"), "a;b=\"c");
  EXPECT_FALSE(p.find("b"));
  EXPECT_FALSE(p.has("y"));
}

TEST(Params, BlanksAroundSeparatorsAreDropped) {
  EXPECT_EQ(params(" ; a = 1 ;\r\n b;c=\"x y\"").text(), ";a=1;b;c=\"x y\"");
  EXPECT_EQ(params(";a=1 , next", " , next").text(), ";a=1");
  EXPECT_EQ(params(";a , next", " , next").text(), ";a");
  EXPECT_EQ(params("").text(), "");
  EXPECT_EQ(params(" ,", " ,").text(), "");
}

TEST(Params, BrokenOnes) {
  EXPECT_TRUE(is_broken(";;a"));
  EXPECT_TRUE(is_broken(";a="));
  EXPECT_TRUE(is_broken(";a=;b"));
  EXPECT_TRUE(is_broken(";a=\"x"));
  EXPECT_TRUE(is_broken(";"));
  EXPECT_TRUE(is_broken(";,"));
}

TEST(Params, Changes) {
  auto p = params(";a=1;b;c=3");
  p.set("B", "2");
  p.set("d");
  p.set_quoted("e", "say \"x\"");
  p.set_number("f", 70);
  EXPECT_EQ(p.text(), ";a=1;B=2;c=3;d;e=\"say \\\"x\\\"\";f=70");
  EXPECT_EQ(p.number("f"), 70U);
  EXPECT_FALSE(p.number("e"));
  p.remove("a");
  p.remove("nothing");
  EXPECT_EQ(p.text(), ";B=2;c=3;d;e=\"say \\\"x\\\"\";f=70");
  int n = 0;
  p.each([&](std::string_view, std::string_view) { ++n; });
  EXPECT_EQ(n, 5);
}

TEST(Params, NumbersOfMoreThan32BitsAreNone) {
  EXPECT_EQ(params(";expires=4294967295").number("expires"), 4294967295U);
  EXPECT_FALSE(params(";expires=4294967296").number("expires"));
}

TEST(NameAddr, Forms) {
  const auto quoted = sip::NameAddr::from_text("\"A \\\"B\\\" <x>\" <sip:a@b;lr>;tag=1");
  ASSERT_TRUE(quoted);
  EXPECT_EQ(quoted->display, "A \"B\" <x>");
  EXPECT_EQ(quoted->uri.text(), "sip:a@b;lr");
  EXPECT_EQ(quoted->params.text(), ";tag=1");
  EXPECT_EQ(quoted->text(), "\"A \\\"B\\\" <x>\" <sip:a@b;lr>;tag=1");

  const auto tokens = sip::NameAddr::from_text("Bob  Builder<sip:b@c>");
  ASSERT_TRUE(tokens);
  EXPECT_EQ(tokens->display, "Bob  Builder");

  const auto bare = sip::NameAddr::from_text("sip:b@c ;tag=x");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->uri.text(), "sip:b@c");
  EXPECT_EQ(bare->params.find("tag"), "x");

  const auto tel = sip::NameAddr::from_text("<tel:+12>");
  ASSERT_TRUE(tel);
  EXPECT_EQ(tel->text(), "<tel:+12>");
}

TEST(NameAddr, BrokenOnes) {
  for (const auto* text : {"", "<sip:a@b", "\"a <sip:a@b>", "Bell, A <sip:a@b>", "< sip:a@b>", "<sip:a@b >",
                           "sip:a@b?x=y", "\"a\" sip:a@b", "<sip:a@b>;", "<>", "sip:a@b>"})
    EXPECT_FALSE(sip::NameAddr::from_text(text)) << text;
}
