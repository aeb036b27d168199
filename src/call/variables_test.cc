// call/variables_test.cc - channel variables: names, arrays, scopes, exports.
#include "call/variables.h"

#include <gtest/gtest.h>

namespace call {
namespace {

TEST(Variables, NamesHaveNoCaseAndEmptyUnsets) {
  Variables v{{"Num", "12345"}};
  EXPECT_EQ(v.get("NUM"), "12345");
  EXPECT_EQ(v.at(0).name, "Num");
  v.set("num", "7");
  EXPECT_EQ(v.size(), 1U);
  EXPECT_EQ(v.number("num"), 7);
  v.set("nUm", "");
  EXPECT_FALSE(v.has("num"));
  EXPECT_EQ(v.size(), 0U);
  EXPECT_FALSE(v.unset("num"));
  v.set("", "x");
  EXPECT_EQ(v.size(), 0U);
}

TEST(Variables, ValueMayBeAViewOfAnotherOrOfItself) {
  Variables v{{"a", "first"}, {"b", "second"}};
  v.set("b", v.get("a"));
  v.set("a", v.get("a").substr(1));
  EXPECT_EQ(v.get("a"), "irst");
  EXPECT_EQ(v.get("b"), "first");
}

TEST(Variables, CopyIsDeepAndKeepsOrder) {
  Variables v{{"x", "1"}, {"y", "2"}, {"z", "3"}};
  Variables copy = v;
  v.set("x", "changed");
  v.unset("y");
  std::string order;
  copy.for_each([&](auto name, auto value) { order += std::string{name} + '=' + std::string{value} + ' '; });
  EXPECT_EQ(order, "x=1 y=2 z=3 ");
  v = copy;
  EXPECT_EQ(v.get("y"), "2");
}

TEST(Variables, NumbersAndTruth) {
  Variables v{{"a", " +42x"}, {"b", "-7"}, {"c", "abc"}, {"t", "YES"}, {"f", "off"}};
  EXPECT_EQ(v.number("a"), 42);
  EXPECT_EQ(v.number("b"), -7);
  EXPECT_FALSE(v.number("c"));
  EXPECT_FALSE(v.number("none"));
  EXPECT_TRUE(v.is_true("t"));
  EXPECT_FALSE(v.is_true("f"));
  EXPECT_FALSE(v.is_true("none"));
}

TEST(Variables, PushMakesAnArray) {
  Variables v;
  v.push("arr", "zero");
  EXPECT_EQ(v.get("arr"), "zero");
  v.push("arr", "one");
  v.unshift("arr", "first");
  EXPECT_EQ(v.get("arr"), "ARRAY::first|:zero|:one");
  EXPECT_EQ(v.element("arr", 2), "one");
  EXPECT_EQ(v.element("arr", 3), "");
  v.set("plain", "x");
  EXPECT_EQ(v.element("plain", 0), "");
  EXPECT_EQ(array_elements("ARRAY::a|:|:c"), (std::vector<std::string_view>{"a", "", "c"}));
}

TEST(Variables, IndexInTheName) {
  Variables v;
  v.set("r[1]", "zz");
  EXPECT_EQ(v.get("r"), "ARRAY::zz");
  v.set("r[1]", "b");
  EXPECT_EQ(v.get("r"), "ARRAY::zz|:b");
  v.set("r[0]", "new");  // as the reference: what is there stays
  EXPECT_EQ(v.get("r"), "ARRAY::zz|:b");
}

TEST(Variables, ArraysAndSetsAreBounded) {
  Variables v;
  std::string big = "ARRAY::x";
  for (std::size_t i = 1; i < array_elements_max; ++i) big += "|:x";
  v.set("a", big);
  v.push("a", "over");
  EXPECT_EQ(v.get("a"), big);
  Variables many;
  for (std::size_t i = 0; i < variables_max + 10; ++i) many.set("v" + std::to_string(i), "1");
  EXPECT_EQ(many.size(), variables_max);
  many.set("v1", "still changes");
  EXPECT_EQ(many.get("v1"), "still changes");
}

TEST(Variables, ScopeCoversAndGoes) {
  Variables v{{"a", "1"}};
  v.enter_scope(Variables{{"a", "2"}, {"b", "3"}});
  EXPECT_EQ(v.get("A"), "2");
  v.set("c", "4");
  v.leave_scope();
  v.leave_scope();
  EXPECT_EQ(v.get("a"), "1");
  EXPECT_EQ(v.get("b"), "");
  EXPECT_EQ(v.get("c"), "4");
}

TEST(Variables, ScopePrefixOfData) {
  auto s = split_scope("%[a=1,b=2]rest,of=it");
  EXPECT_TRUE(s.any);
  EXPECT_EQ(s.variables.get("b"), "2");
  EXPECT_EQ(s.rest, "rest,of=it");
  s = split_scope("%^[x=1,1^y=2]r");
  EXPECT_EQ(s.variables.get("x"), "1,1");
  EXPECT_EQ(s.variables.get("y"), "2");
  for (const auto* text : {"%^^[x=1]r", "%[x=1", "INFO %[a=1]", ""}) {
    s = split_scope(text);
    EXPECT_FALSE(s.any) << text;
    EXPECT_EQ(s.rest, text);
  }
}

TEST(Variables, ExportListsTheNameOnce) {
  Variables v;
  export_variable(v, "r", "1");
  export_variable(v, "R", "2");
  export_variable(v, "nolocal:n", "3");
  export_variable(v, "_nolocal_m", "4");
  export_variable(v, "gone", "");
  EXPECT_EQ(v.get("export_vars"), "r,nolocal:n,_nolocal_m");
  EXPECT_EQ(v.get("n"), "");
  const auto given = exported(v);
  ASSERT_EQ(given.size(), 3U);
  EXPECT_EQ(given[0].value, "2");
  EXPECT_EQ(given[1].name, "n");
  EXPECT_EQ(given[2].name, "m");
  EXPECT_TRUE(exported(v, "bridge_export_vars").empty());
}

TEST(Variables, ValuesStayWhereTheyAreWhileOthersComeAndGo) {
  Variables v{{"first", "stays"}};
  const auto first = v.get("first");
  for (int i = 0; i < 300; ++i) v.set("name_" + std::to_string(i), std::string(static_cast<std::size_t>(i), 'x'));
  EXPECT_EQ(v.get("first").data(), first.data());
  for (int i = 1; i < 300; ++i)
    EXPECT_EQ(v.get("NAME_" + std::to_string(i)), std::string(static_cast<std::size_t>(i), 'x'));
}

TEST(Variables, SettingAgainAndAgainTakesNoMoreMemory) {
  Variables v{{"counter", "0"}, {"flag", "1"}};
  const auto once = [&](int i) {
    v.set("counter", std::to_string(i));
    v.unset("flag");
    v.set("flag", std::to_string(i));
  };
  for (int i = 0; i < 2000; ++i) once(i);
  const auto before = v.bytes();
  for (int i = 2000; i < 9000; ++i) once(i);
  EXPECT_EQ(v.bytes(), before);
  EXPECT_EQ(v.get("counter"), "8999");
  EXPECT_EQ(v.get("flag"), "8999");
}

TEST(Variables, WhatWasMovedFromCanBeUsedAgain) {
  Variables v{{"a", "1"}};
  const Variables taken{std::move(v)};
  v = {};
  v.set("b", "2");
  EXPECT_EQ(taken.get("a"), "1");
  EXPECT_EQ(v.get("b"), "2");
}

TEST(Variables, AnIdleCallStaysSmall) {
  Variables v;
  for (int i = 0; i < 60; ++i) v.set("sip_variable_name_" + std::to_string(i), "a value of usual length");
  EXPECT_LT(v.bytes(), 6U * 1024);
}

}  // namespace
}  // namespace call
