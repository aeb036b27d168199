// xml/tree_test.cc - what peers send as XML: elements by their local names, and texts that are none.
#include "xml/tree.h"

#include <gtest/gtest.h>

namespace {

std::string fault(std::string_view text) {
  const auto parsed = xml::Tree::parse(text);
  return parsed ? "" : parsed.error().sentence;
}

}  // namespace

TEST(XmlTree, ElementsAreFoundByTheirLocalNames) {
  const auto tree = xml::Tree::parse("<?xml version=\"1.0\"?><a:list x=\"1 &amp; 2\"><b:item>one</b:item><!-- <no> <no> --><item>t<![CDATA[<w>]]>o</item></a:list>");
  ASSERT_TRUE(tree);
  const auto root = tree->root();
  EXPECT_EQ(root.name(), "a:list");
  EXPECT_EQ(root.local_name(), "list");
  EXPECT_EQ(root.attribute("x"), "1 & 2");
  EXPECT_TRUE(root.has("x"));
  EXPECT_FALSE(root.has("y"));
  ASSERT_EQ(root.children().size(), 2U);
  EXPECT_EQ(root.child("item").text(), "one");
  EXPECT_EQ(root.children()[1].text(), "t<w>o");
  EXPECT_FALSE(root.child("other"));
  EXPECT_EQ(root.child("other").child("more").text(), "");
  EXPECT_EQ(tree->roots().size(), 1U);
}

TEST(XmlTree, WhatIsNoXmlSaysWhy) {
  EXPECT_EQ(fault("<a><b></b>"), "<a> is never closed");
  EXPECT_EQ(fault("</a>"), "</a> closes nothing");
  EXPECT_NE(fault("<a><b></a></b>").find("was opened at"), std::string::npos);
  EXPECT_NE(fault("no element"), "");
  EXPECT_NE(fault(""), "");
}

TEST(XmlTree, DepthIsLimitedAndEntitiesOfOnesOwnAreNone) {
  std::string deep;
  for (unsigned i = 0; i <= xml::depth_max; ++i) deep += "<a>";
  EXPECT_EQ(fault(deep), "elements are nested too deeply");
  const auto tree = xml::Tree::parse("<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\">]><x>&a;&a;</x>");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->root().text(), "&a;&a;");
}

TEST(XmlTree, WhatIsPrintedIsReadBack) {
  const std::string text = "<\"Tom\" &\r\n\t'Anne'>";
  const auto tree = xml::Tree::parse("<a b=\"" + xml::escaped(text) + "\">" + xml::escaped(text) + "</a>");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->root().text(), text);
  EXPECT_EQ(tree->root().attribute("b"), text);
  EXPECT_EQ(xml::escaped(std::string_view{"a\0\x1f" "b", 4}), "ab");
}
