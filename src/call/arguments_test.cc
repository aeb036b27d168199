// call/arguments_test.cc - splitting application data.
#include "call/arguments.h"

#include <gtest/gtest.h>

namespace call {
namespace {

using Items = std::vector<std::string>;

TEST(Arguments, Blanks) {
  EXPECT_EQ(split_arguments("a  b   c "), (Items{"a", "b", "c"}));
  EXPECT_EQ(split_arguments(""), Items{});
  EXPECT_EQ(split_arguments("r='one two' x=2"), (Items{"r=one two", "x=2"}));
  EXPECT_EQ(split_arguments("r=a\\ b x"), (Items{"r=a\\ b", "x"}));
  EXPECT_EQ(split_arguments("r=\"a b\""), (Items{"r=\"a", "b\""}));
  EXPECT_EQ(split_arguments("it's two"), (Items{"it's", "two"}));
}

TEST(Arguments, Characters) {
  EXPECT_EQ(split_arguments(" a , b,c ", ','), (Items{"a", "b", "c"}));
  EXPECT_EQ(split_arguments("a,,b", ','), (Items{"a", "", "b"}));
  EXPECT_EQ(split_arguments("a,b,", ','), (Items{"a", "b"}));
  EXPECT_EQ(split_arguments("'a,b',c", ','), (Items{"a,b", "c"}));
  EXPECT_EQ(split_arguments("a\\,b,c", ','), (Items{"a,b", "c"}));
  EXPECT_EQ(split_arguments("a\\\\,b\\nc\\q", ','), (Items{"a\\", "b\nc\\q"}));
}

TEST(Arguments, OtherSeparatorAndLimit) {
  EXPECT_EQ(split_arguments("^^:a b:c"), (Items{"a b", "c"}));
  EXPECT_EQ(split_arguments("a b c d", ' ', 2), (Items{"a", "b c d"}));
  EXPECT_EQ(split_arguments("a,b,c", ',', 1), (Items{"a,b,c"}));
}

}  // namespace
}  // namespace call
