// sip/caller_preferences_test.cc - RFC 3841 section 7, with the RFC's own example among the rows.
#include "sip/caller_preferences.h"

#include <gtest/gtest.h>

using namespace sip;

namespace {

Params contact(std::string_view text) {
  Params params;
  base::Cursor in{text};
  EXPECT_TRUE(params.parse(in));
  return params;
}
template <class H>
std::vector<H> wishes(std::vector<std::string> texts) {
  std::vector<H> all;
  for (const auto& text : texts) {
    base::Cursor in{std::string_view{text}};
    all.push_back(*H::parse(in));
  }
  return all;
}
std::optional<int> score(std::string_view features, std::vector<std::string> accept, std::vector<std::string> reject = {}) {
  return preference_of(contact(features), wishes<AcceptContact>(std::move(accept)), wishes<RejectContact>(std::move(reject)));
}

}  // namespace

TEST(CallerPreferences, FeaturesMatchByTheirKind) {
  EXPECT_TRUE(feature_matches("fixed", "FIXED"));
  EXPECT_FALSE(feature_matches("mobile", "fixed"));
  EXPECT_TRUE(feature_matches("INVITE,BYE", "OPTIONS,BYE"));
  EXPECT_TRUE(feature_matches("mobile", "!fixed"));
  EXPECT_FALSE(feature_matches("!fixed", "fixed"));
  EXPECT_TRUE(feature_matches("<Text>", "<Text>"));
  EXPECT_FALSE(feature_matches("<Text>", "<text>"));
  EXPECT_TRUE(feature_matches("#1:5", "#>=5"));
  EXPECT_FALSE(feature_matches("#1:5", "#=6"));
  EXPECT_TRUE(feature_matches("#<=3", "#2:4"));
}

TEST(CallerPreferences, WithoutWishesOrFeaturesEverybodyIsEqual) {
  EXPECT_EQ(score(";audio;video", {}), 1000);
  EXPECT_EQ(score(";expires=60", {"*;audio;require"}), 1000);
}

TEST(CallerPreferences, ARejectedContactIsNotCalled) {
  EXPECT_FALSE(score(";actor=\"msg-taker\"", {}, {"*;actor=\"msg-taker\""}));
  EXPECT_TRUE(score(";actor=\"principal\"", {}, {"*;actor=\"msg-taker\""}));
  EXPECT_TRUE(score(";video", {}, {"*;actor=\"msg-taker\""})) << "it says nothing of that";
}

// RFC 3841 section 7.2.4: u1 .. u5 with these wishes.
TEST(CallerPreferences, TheExampleOfTheRfc) {
  const std::vector<std::string> accept{"*;audio;require", "*;video;explicit", "*;methods=\"BYE\";class=\"business\""};
  EXPECT_EQ(score(";audio;video;methods=\"INVITE,BYE\"", accept), (1000 + 1000 + 500) / 3);
  EXPECT_FALSE(score(";audio=\"FALSE\";methods=\"INVITE\";actor=\"msg-taker\";video", accept, {"*;actor=\"msg-taker\";video"}));
  EXPECT_EQ(score(";audio;methods=\"INVITE,OPTIONS,BYE\";class=\"personal\"", accept), 1000 / 3);
  EXPECT_FALSE(score(";audio=\"FALSE\"", accept));
}

TEST(CallerPreferences, RequireAndExplicitTogetherNeedTheFeature) {
  EXPECT_FALSE(score(";audio", {"*;mobility=\"fixed\";require;explicit"}));
  EXPECT_EQ(score(";audio", {"*;mobility=\"fixed\";require"}), 0);
  EXPECT_EQ(score(";audio;mobility=\"fixed\"", {"*;mobility=\"fixed\";require;explicit"}), 1000);
}
