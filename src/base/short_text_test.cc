#include "base/short_text.h"

#include <gtest/gtest.h>

namespace base {
namespace {

const std::string fits(ShortText::in_place, 'a'), beyond(ShortText::in_place + 1, 'b');

TEST(ShortText, reads_as_what_was_put_in) {
  EXPECT_TRUE(ShortText{}.empty());
  for (const std::string& text : {std::string{}, std::string{"x"}, fits, beyond, std::string(5000, 'c')}) {
    const ShortText kept{text};
    EXPECT_EQ(kept.view(), text);
    EXPECT_EQ(kept.size(), text.size());
    EXPECT_EQ(std::string{kept}, text);
  }
}

TEST(ShortText, copies_and_moves_in_place_and_beyond) {
  for (const std::string& text : {fits, beyond}) {
    ShortText first{text};
    ShortText copy{first};
    EXPECT_EQ(copy, first);
    ShortText moved{std::move(first)};
    EXPECT_EQ(moved.view(), text);
    EXPECT_TRUE(first.empty());  // NOLINT: a moved-from text is empty
    first = moved;
    EXPECT_EQ(first.view(), text);
    copy = ShortText{"short"};
    EXPECT_EQ(copy.view(), "short");
    copy = std::move(moved);
    EXPECT_EQ(copy.view(), text);
    const ShortText& itself = copy;
    copy = itself;
    EXPECT_EQ(copy.view(), text);
  }
}

TEST(ShortText, grows_out_of_its_place_and_keeps_what_it_has) {
  ShortText text{"sip:"};
  std::string expected{"sip:"};
  for (int i = 0; i < 100; ++i) {
    text += "alice";
    expected += "alice";
    EXPECT_EQ(text.view(), expected);
  }
  text.shorten(3);
  EXPECT_EQ(text.view(), "sip");
  text.clear();
  EXPECT_TRUE(text.empty());
}

TEST(ShortText, a_part_of_itself_may_be_assigned) {
  ShortText text{beyond + fits};
  text.assign(text.view().substr(beyond.size()));
  EXPECT_EQ(text.view(), fits);
  text.assign(text.view().substr(1, 3));
  EXPECT_EQ(text.view(), "aaa");
}

TEST(ShortText, replaces_and_erases) {
  ShortText text{";a=1;b=2;c=3"};
  text.replace(4, 4, ";b=22");
  EXPECT_EQ(text.view(), ";a=1;b=22;c=3");
  text.erase(4, 5);
  EXPECT_EQ(text.view(), ";a=1;c=3");
  text.replace(0, 4, beyond);
  EXPECT_EQ(text.view(), beyond + ";c=3");
  text.replace(0, beyond.size(), {});
  EXPECT_EQ(text.view(), ";c=3");
}

}  // namespace
}  // namespace base
