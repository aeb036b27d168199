// call/dial_string_test.cc - the originate grammar and its quirks.
#include "call/dial_string.h"

#include <gtest/gtest.h>

namespace call {
namespace {

DialString parsed(std::string_view text) {
  auto result = parse_dial_string(text);
  EXPECT_TRUE(result) << text;
  return result ? *result : DialString{};
}

Variables first_leg(std::string_view text) {
  const auto string = parsed(text);
  return leg_variables(string, string.groups[0], string.groups[0].alternatives[0].legs[0]);
}

TEST(DialString, EndpointAndRest) {
  const auto s = parsed("sofia/external/1000@host:5080;transport=tcp");
  ASSERT_EQ(s.groups.size(), 1U);
  const auto& leg = s.groups[0].alternatives[0].legs[0];
  EXPECT_EQ(leg.endpoint, "sofia");
  EXPECT_EQ(leg.rest, "external/1000@host:5080;transport=tcp");
  EXPECT_EQ(leg.fault, Cause::none);
}

TEST(DialString, GroupsAlternativesLegs) {
  const auto s = parsed("{v1=a}e/1,e/2|e/3:_:{v1=b}e/4");
  ASSERT_TRUE(s.enterprise());
  ASSERT_EQ(s.groups[0].alternatives.size(), 2U);
  EXPECT_EQ(s.groups[0].alternatives[0].legs[1].rest, "2");
  EXPECT_EQ(s.groups[0].alternatives[1].legs[0].rest, "3");
  EXPECT_EQ(s.groups[1].variables.get("v1"), "b");
}

TEST(DialString, VariablesInEveryForm) {
  const std::tuple<const char*, const char*, const char*> table[] = {
      {"{v1=a}e/1", "a", ""},
      {"{v1=a,v2=b}e/1", "a", "b"},
      {"{v1='a,b',v2=c}e/1", "a,b", "c"},
      {"{v1=a\\,b,v2=c}e/1", "a,b", "c"},
      {"{^^:v1=a,b:v2=c}e/1", "a,b", "c"},
      {"{^^;v1=a,b;v2=c:d}e/1", "a,b", "c:d"},
      {"[^^:v1=a,b:v2=c]e/1", "a,b", "c"},
      {"[v1=a\\,b,v2=c]e/1", "a,b", "c"},
      {"[v1=a,b]e/1", "a", ""},
      {"{v1=g}[v1=l]e/1", "g", ""},
      {"{v1=g,local_var_clobber=true}[v1=l]e/1", "l", ""},
      {"<v1=u>e/1", "u", ""},
      {"{v1=a}{v2=b}e/1", "a", "b"},
      {"[v1=a][v2=b]e/1", "a", "b"},
      {"{v1=a,v1=b}e/1", "b", ""},
      {"{v1=a} [v2=b] e/1", "a", "b"},
      {"  {v1=a}e/1", "a", ""},
      {"{}e/1", "", ""},
      {"[]e/1", "", ""},
      {"{v1=a=b}e/1", "a=b", ""},
      {"{v1='[x]'}e/1", "[x]", ""},
      {"{v1={x}}e/1", "{x}", ""},
      {"{v1=two words}e/1", "two words", ""},
      {"{v1=\"a,b\"}e/1", "\"a", ""}};
  for (const auto& [text, v1, v2] : table) {
    const auto variables = first_leg(text);
    EXPECT_EQ(variables.get("v1"), v1) << text;
    EXPECT_EQ(variables.get("v2"), v2) << text;
  }
}

TEST(DialString, CallerIdOfTheLegAlwaysWins) {
  const auto v = first_leg(
      "{origination_caller_id_name=g,origination_privacy=g,x=g}"
      "[origination_caller_id_name=l,origination_privacy=l,x=l]e/1");
  EXPECT_EQ(v.get("origination_caller_id_name"), "l");
  EXPECT_EQ(v.get("origination_privacy"), "l");
  EXPECT_EQ(v.get("x"), "g");
}

TEST(DialString, ExportsLieBetweenLegAndGroup) {
  const auto s = parsed("{b=g}[a=l,b=l]e/1");
  const auto v =
      leg_variables(s, s.groups[0], s.groups[0].alternatives[0].legs[0], Variables{{"a", "e"}, {"b", "e"}});
  EXPECT_EQ(v.get("a"), "e");
  EXPECT_EQ(v.get("b"), "g");
}

TEST(DialString, EmptyPartsAreSkipped) {
  for (const auto* text : {"e/1|", "|e/1", "e/1,", ",e/1", "e/1:_:", "|,|e/1"}) {
    const auto s = parsed(text);
    ASSERT_EQ(s.groups.size(), 1U) << text;
    ASSERT_EQ(s.groups[0].alternatives.size(), 1U) << text;
    EXPECT_EQ(s.groups[0].alternatives[0].legs.size(), 1U) << text;
  }
  EXPECT_EQ(parsed("e/1||e/2").groups[0].alternatives.size(), 2U);
  EXPECT_EQ(parsed("e/1,,e/2").groups[0].alternatives[0].legs.size(), 2U);
}

TEST(DialString, WhatCannotWorkSaysWhy) {
  for (const auto* text : {"", "  ", "{v1=a}", "{v1=ae/1", "[v1=ae/1", "<v=1e/1", "[v=1]", "{a=1}|"}) {
    const auto result = parse_dial_string(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error(), Cause::originator_cancel) << text;
  }
  EXPECT_EQ(parsed("noslash").groups[0].alternatives[0].legs[0].fault, Cause::chan_not_implemented);
}

TEST(DialString, ChannelVariablesInTheMiddle) {
  const auto later = parsed("e/1|{v1=x}e/2");
  EXPECT_EQ(later.groups[0].alternatives[1].legs[0].fault, Cause::chan_not_implemented);
  EXPECT_EQ(parsed("e/1,{v1=x}e/2").groups[0].alternatives[0].legs.size(), 1U);
}

TEST(DialString, LegVariablesProtectCommasAndPipes) {
  const auto s = parsed("[a=1,b=2]e/1,[a=3|4]e/2");
  ASSERT_EQ(s.groups[0].alternatives.size(), 1U);
  ASSERT_EQ(s.groups[0].alternatives[0].legs.size(), 2U);
  EXPECT_EQ(s.groups[0].alternatives[0].legs[1].variables.get("a"), "3|4");
}

TEST(DialString, SizeAndLegsAreBounded) {
  EXPECT_FALSE(parse_dial_string(std::string(dial_string_size_max + 1, 'x')));
  std::string many;
  for (std::size_t i = 0; i <= dial_legs_max; ++i) many += "e/1,";
  const auto result = parse_dial_string(many);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), Cause::switch_congestion);
}

}  // namespace
}  // namespace call
