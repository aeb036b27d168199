// dialplan/pattern_test.cc - regular expressions and captures.
#include "dialplan/pattern.h"

#include <gtest/gtest.h>

namespace dialplan {
namespace {

bool matches(std::string_view expression, std::string_view subject) {
  const auto pattern = Pattern::compile(expression);
  return pattern && pattern->match(subject).has_value();
}

TEST(Pattern, SearchesAndIsCaseSensitive) {
  EXPECT_TRUE(matches("512", "5551234"));
  EXPECT_FALSE(matches("^ABC$", "abc"));
  EXPECT_TRUE(matches("(?i)^ABC$", "abc"));
  EXPECT_TRUE(matches("/^sales$/i", "SALES"));
  EXPECT_TRUE(matches("/^sales$/", "sales"));
  EXPECT_FALSE(matches("/^ s a l e s $/x", "sales"));
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_TRUE(matches("^$", std::string_view{}));
}

TEST(Pattern, Captures) {
  const auto pattern = Pattern::compile("^(a)(x)?(b*)$");
  ASSERT_TRUE(pattern);
  const auto captures = pattern->match("abb");
  ASSERT_TRUE(captures);
  EXPECT_EQ(*captures, (Captures{"abb", "a", "", "bb"}));
  EXPECT_TRUE(pattern->has_parenthesis());
  EXPECT_TRUE(Pattern::compile("a\\(")->has_parenthesis());
  EXPECT_FALSE(Pattern::compile("a")->has_parenthesis());
}

TEST(Pattern, FaultsAreExplained) {
  const auto pattern = Pattern::compile("^(555");
  ASSERT_FALSE(pattern);
  EXPECT_EQ(pattern.error().offset, 5U);
  EXPECT_FALSE(pattern.error().message.empty());
  EXPECT_FALSE(Pattern::compile(std::string(expression_size_max + 1, 'a')));
}

TEST(Pattern, WorkIsBounded) {
  // Exponential without a limit.
  EXPECT_FALSE(matches("^(a+)+$", std::string(64, 'a') + "b"));
  EXPECT_FALSE(matches("(x+x+)+y", std::string(40, 'x')));
}

TEST(Pattern, CacheForgetsTheOldest) {
  const auto* first = cached_pattern("^1");
  EXPECT_EQ(cached_pattern("^1"), first);
  for (std::size_t i = 0; i < pattern_cache_size + 10; ++i)
    ASSERT_NE(cached_pattern("^" + std::to_string(i) + "x"), nullptr);
  ASSERT_NE(cached_pattern("^1"), nullptr);
  EXPECT_EQ(cached_pattern("(unclosed"), nullptr);
  EXPECT_EQ(cached_pattern("(unclosed"), nullptr);
}

TEST(Substitute, DollarDigits) {
  const Captures captures{"5551234", "555"};
  EXPECT_EQ(substitute("[$0][$1][$2][$12]", captures), "[5551234][555][][]");
  EXPECT_EQ(substitute("cost \\$1 $1 $$1 $ $x", captures), "cost \\555 555 $555 $ $x");
}

}  // namespace
}  // namespace dialplan
