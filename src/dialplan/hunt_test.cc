// dialplan/hunt_test.cc - walking contexts. The recorded vectors are in test/compat; here is one case a rule.
#include "dialplan/hunt.h"

#include <gtest/gtest.h>

#include "dialplan/configuration.h"
#include "dialplan/variable_actions.h"

namespace dialplan {
namespace {

class Hunt : public testing::Test {
 protected:
  std::string run(const std::string& extensions, const std::string& destination = "5551234") {
    const auto loaded = load_text(
        "<document><section name=\"dialplan\"><context name=\"c\">" + extensions +
            "</context><context name=\"global\"><extension name=\"g\"><condition>"
            "<action application=\"global\"/></condition></extension></context></section></document>",
        "t.xml", ".");
    EXPECT_TRUE(loaded);
    if (!loaded) return "broken";
    profile_.context = context_name_;
    profile_.destination_number = destination;
    profile_.caller_id_number = "1000";
    Session session{variables_, profile_};
    Context context;
    context.configuration = loaded->get();
    context.session = &session;
    std::string text;
    const HuntPort port{[](std::string_view name) {
                          return name == "set" || name == "push" ? Standing::routing_safe
                                 : name == "unknown"             ? Standing::unknown
                                                                 : Standing::known;
                        },
                        [&](const Action& action) {
                          text += '*' + action.application + '(' + action.data + ')';
                          if (action.application == "set") set(context, action.data);
                        }};
    const auto route = hunt(context, port);
    if (!route) return text + '!' + std::string{name(route.error())};
    extension_ = route->extension;
    for (const auto& action : route->actions) text += action.application + '(' + action.data + ')';
    return text;
  }

  call::Variables variables_;
  call::CallerProfile profile_;
  std::string context_name_ = "c", extension_;
};

TEST_F(Hunt, DP_FirstMatchStops) {
  EXPECT_EQ(
      run(R"(<extension name="a"><condition field="destination_number" expression="^9"><action application="a"/></condition></extension>
                   <extension name="b"><condition field="destination_number" expression="^(555)(\d+)$"><action application="b" data="$2-$1-$3"/></condition></extension>
                   <extension name="x"><condition><action application="c"/></condition></extension>)"),
      "b(1234-555-)");
  EXPECT_EQ(extension_, "b");
  EXPECT_EQ(variables_.get("DP_MATCH"), "ARRAY::5551234|:555|:1234");
}

TEST_F(Hunt, DP_ContinueCollects) {
  EXPECT_EQ(run(R"(<extension continue="TRUE"><condition><action application="a"/></condition></extension>
                   <extension><condition><action application="b"/></condition></extension>)"),
            "a()b()");
}

TEST_F(Hunt, DP_BreakRules) {
  const auto two = [this](const char* rule, const char* first) {
    return run(std::string{"<extension><condition field=\"destination_number\" expression=\""} + first +
               "\" break=\"" + rule +
               "\"><action application=\"y\"/><anti-action application=\"n\"/></condition>"
               "<condition><action application=\"z\"/></condition></extension>");
  };
  EXPECT_EQ(two("on-false", "^9"), "n()");
  EXPECT_EQ(two("on-false", "^5"), "y()z()");
  EXPECT_EQ(two("on-true", "^5"), "y()");
  EXPECT_EQ(two("on-true", "^9"), "n()z()");
  EXPECT_EQ(two("always", "^9"), "n()");
  EXPECT_EQ(two("never", "^9"), "n()z()");
  EXPECT_EQ(two("bogus", "^9"), "n()");
}

TEST_F(Hunt, DP_ActionsStayWhenALaterConditionFails) {
  EXPECT_EQ(
      run(R"(<extension><condition><action application="a"/></condition><condition field="ani" expression="x"/></extension>
                   <extension><condition><action application="b"/></condition></extension>)"),
      "a()b()");
}

TEST_F(Hunt, DP_Nested) {
  const auto nested = [this](const char* attribute, const char* inner) {
    return run(std::string{"<extension><condition "} + attribute +
               "><condition field=\"ani\" expression=\"x\">" + inner +
               "</condition><action application=\"o\"/></condition></extension>"
               "<extension><condition><action application=\"n\"/></condition></extension>");
  };
  EXPECT_EQ(nested("", ""), "o()n()");
  EXPECT_EQ(nested("require-nested=\"false\"", ""), "o()");
  EXPECT_EQ(nested("", "<anti-action application=\"i\"/>"), "o()i()");
}

TEST_F(Hunt, DP_RegexModes) {
  const auto mode = [this](const char* name, const char* a, const char* b) {
    return run(std::string{"<extension><condition regex=\""} + name +
               "\"><regex field=\"destination_number\" expression=\"" + a +
               "\"/><regex field=\"caller_id_number\" expression=\"" + b +
               "\"/><action application=\"y\"/><anti-action application=\"n\"/></condition></extension>");
  };
  EXPECT_EQ(mode("all", "^5", "^1"), "y()");
  EXPECT_EQ(mode("all", "^5", "^2"), "n()");
  EXPECT_EQ(mode("any", "^6", "^1"), "y()");
  EXPECT_EQ(mode("any", "^6", "^2"), "n()");
  EXPECT_EQ(mode("xor", "^5", "^1"), "n()");
  EXPECT_EQ(mode("xor", "(^5)", "^2"), "y()");
  EXPECT_EQ(mode("xor", "^6", "^1"), "y()");
  run(R"x(<extension><condition regex="all"><regex field="destination_number" expression="(5+)"/><regex field="caller_id_number" expression="(0+)"/><action application="a"/></condition></extension>)x");
  EXPECT_EQ(variables_.get("DP_REGEX_MATCH_1"), "ARRAY::555|:555");
  EXPECT_EQ(variables_.get("DP_REGEX_MATCH_2"), "ARRAY::000|:000");
}

TEST_F(Hunt, DP_InlineRunsDuringTheHunt) {
  EXPECT_EQ(
      run(R"(<extension continue="true"><condition><action application="set" data="v=1" inline="true"/></condition></extension>
                   <extension><condition field="${v}" expression="^1$"><action application="seen"/></condition></extension>)"),
      "*set(v=1)seen()");
  EXPECT_EQ(
      run(R"(<extension><condition><action application="bridge" inline="true"/><action application="a"/></condition></extension>)"),
      "a()");
  EXPECT_EQ(
      run(R"(<extension><condition><action application="unknown" inline="true"/><action application="a"/></condition></extension>)"),
      "!unknown application");
}

TEST_F(Hunt, DP_LoopAndText) {
  EXPECT_EQ(
      run(R"(<extension><condition><action application="a" loop="2"/><action application="b" loop="0"/><action application="c" loop="-3"/><action application="d" loop=""/><action application="e" data="no">text</action></condition></extension>)"),
      "a()a()c()e(text)");
  EXPECT_EQ(
      run(R"(<extension><condition><action application="a" loop="2000000000"/></condition></extension>)")
          .size(),
      3 * actions_max);
}

TEST_F(Hunt, DP_RefusedSequence) {
  EXPECT_EQ(
      run(R"(<extension><condition><action application="a" data="\'x"/><action application="b"/></condition></extension>)"),
      "b()");
}

TEST_F(Hunt, DP_NoRoute) {
  EXPECT_EQ(
      run(R"(<extension><condition field="ani" expression="x"><action application="a"/></condition></extension>)"),
      "!no extension matched");
  EXPECT_EQ(
      run(R"(<extension><condition/></extension><extension><condition><action application="a"/></condition></extension>)"),
      "!no extension matched");
  context_name_ = "nosuch";
  EXPECT_EQ(run(""), "global()");
  profile_.dialplan = "nosuch";
  EXPECT_EQ(run(""), "!no such dialplan");
  profile_.dialplan = "nosuch,XML";
  EXPECT_EQ(run(""), "global()");
}

TEST_F(Hunt, DP_AutoHunt) {
  variables_.set("auto_hunt", "true");
  const auto* plan = R"(<extension name="x"><condition><action application="x"/></condition></extension>
                        <extension name="77"><condition><action application="named"/></condition></extension>)";
  EXPECT_EQ(run(plan, "77"), "named()");
  EXPECT_EQ(run(plan, "78"), "x()");
}

TEST_F(Hunt, DP_InlineDialplan) {
  profile_.dialplan = "inline";
  EXPECT_EQ(run("", "set:a=1, hangup:USER_BUSY"), "set(a=1)hangup(USER_BUSY)");
  EXPECT_EQ(parse_inline("m:^:log:a,b^park"), (std::vector<Action>{{"log", "a,b"}, {"park", ""}}));
}

TEST_F(Hunt, DP_DynamicExpression) {
  variables_.set("pat", "^(555)");
  EXPECT_EQ(
      run(R"(<extension><condition field="destination_number" expression="${pat}"><action application="a" data="$1"/></condition></extension>)"),
      "a(555)");
  variables_.set("pat", "^(555");
  EXPECT_EQ(
      run(R"(<extension><condition field="destination_number" expression="${pat}"><action application="a"/></condition></extension>)"),
      "!no extension matched");
}

}  // namespace
}  // namespace dialplan
