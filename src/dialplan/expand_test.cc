// dialplan/expand_test.cc - expansion, its API functions and its limits.
#include "dialplan/expand.h"

#include <gtest/gtest.h>

#include "dialplan/api_function.h"
#include "dialplan/application.h"
#include "dialplan/variable_actions.h"

namespace dialplan {
namespace {

class Expand : public testing::Test {
 protected:
  Expand() {
    profile_.caller_id_name = "Ann Lee";
    other_.caller_id_number = "2000";
    context_.session = &session_;
    context_.globals = &globals_;
    context_.random = &random_;
    context_.find_session = [this](std::string_view uuid) { return uuid == "A" ? &session_ : nullptr; };
  }
  std::string operator()(std::string_view text) { return expand(text, context_); }

  call::Variables variables_{
      {"num", "12345"}, {"name", "num"}, {"arr", "ARRAY::zero|:one|:two"}, {"lit", "${num}"}};
  call::Variables globals_{{"glob", "g"}, {"num", "shadowed"}};
  call::CallerProfile profile_, other_;
  base::Random random_{1};
  Session session_{variables_, profile_};
  Context context_;
};

TEST_F(Expand, LookupOrder) {
  EXPECT_EQ((*this)("${num} ${NUM} ${caller_id_name} ${glob} ${none}."), "12345 12345 Ann Lee g .");
  EXPECT_EQ((*this)("${aleg_caller_id_number}${bleg_caller_id_number}"), "");
  session_.originator = &other_;
  EXPECT_EQ((*this)("${aleg_caller_id_number}"), "2000");
  variables_.enter_scope({{"num", "scoped"}});
  EXPECT_EQ((*this)("${num}"), "scoped");
}

TEST_F(Expand, EscapesAndOddText) {
  const std::pair<const char*, const char*> table[] = {{"\\${num}", "${num}"},
                                                       {"\\\\${num}", "\\12345"},
                                                       {"\\\\\\${num}", "\\${num}"},
                                                       {"\\\\n", "\\n"},
                                                       {"\\s", "\\s"},
                                                       {"\\$5", "\\$5"},
                                                       {"$$", "$$"},
                                                       {"$5", "$5"},
                                                       {"${num", "12345"},
                                                       {"${", ""},
                                                       {"${}", ""},
                                                       {"${ num}", ""},
                                                       {"${num }", ""},
                                                       {"$ {num}", "$ {num}"},
                                                       {"${num}\\", "12345\\"},
                                                       {"\\", "\\"},
                                                       {"${a${num}b}", ""},
                                                       {"${${name}}", "12345"},
                                                       {"${lit}", "12345"},
                                                       {"$${glob}", "g"}};
  for (const auto& [text, wanted] : table) EXPECT_EQ((*this)(text), wanted) << text;
}

TEST_F(Expand, PartsAndElements) {
  const std::pair<const char*, const char*> table[] = {{"${num:0:3}", "123"},
                                                       {"${num:4:9}", "5"},
                                                       {"${num:5}", ""},
                                                       {"${num:-2}", "45"},
                                                       {"${num:-2:1}", "4"},
                                                       {"${num:-6}", "12345"},
                                                       {"${num:0:-2}", "12345"},
                                                       {"${num::3}", "123"},
                                                       {"${num:a}", "12345"},
                                                       {"${num: 1}", ""},
                                                       {"${num:+1}", "2345"},
                                                       {"${${name}:1:2}", "23"},
                                                       {"${arr[1]}", "one"},
                                                       {"${arr[3]}", ""},
                                                       {"${arr[-1]}", "ARRAY::zero|:one|:two"},
                                                       {"${arr[x]}", "zero"},
                                                       {"${num[0]}", ""},
                                                       {"${arr[1}", ""},
                                                       {"${num:-9223372036854775808}", "12345"},
                                                       {"${num:99999999999999999999}", "12345"}};
  for (const auto& [text, wanted] : table) EXPECT_EQ((*this)(text), wanted) << text;
}

TEST_F(Expand, Functions) {
  const std::pair<const char*, const char*> table[] = {
      {"${echo(x)}", "x"},
      {"${echo x}", "x"},
      {"${echo(a)b)}", "a"},
      {"${echo(a}", "a"},
      {"${echo(${num:1:2})}", "23"},
      {"${nosuch(x)}", ""},
      {"${expr(1+1):0:1}", "2"},
      {"${ECHO(x)}", "x"},
      {"${url_encode(a b&c=d/e?f)}", "a%20b%26c%3Dd/e%3Ff"},
      {"${url_decode(%zz%20%2)}", "%zz %2"},
      {"${md5(a)}", "0cc175b9c0f1b6a831c399e269772661"},
      {"${md5()}", "!err!"},
      {"${toupper(abC)}${tolower(AbC)}", "ABCabc"},
      {"${escape(a b)}", "a\\sb"},
      {"${coalesce(,${none},b)}", "b"},
      {"${coalesce(^^:a:b)}", "a"},
      {"${eval(${num})}", "12345"},
      {"${expand(echo ${num})}", "12345"},
      {"${global_getvar(glob)}", "g"},
      {"${uuid_exists(A)}${uuid_exists(B)}", "truefalse"},
      {"${uuid_getvar(A num)}", "12345"},
      {"${uuid_getvar(A x)}", "_undef_"},
      {"${uuid_getvar(B x)}", "-ERR No such channel!\n"},
      {"${is_lan_addr(10.0.0.1)}${is_lan_addr(8.8.8.8)}", "truefalse"},
      {"${acl(10.1.2.3 10.0.0.0/8)}", "true"},
      {"${file_exists(/)}${file_exists(/nope)}", "truefalse"},
      {"${module_exists(mod_sofia)}", "true"},
      {"${strftime_tz(UTC 1000000000|%Y-%m-%d %H:%M)}", "2001-09-09 01:46"},
      {"${strftime(0)}", "0"},
      {"${strftime(1000000000|%%Y)}", "2001"}};
  for (const auto& [text, wanted] : table) EXPECT_EQ((*this)(text), wanted) << text;
  context_.api_expansion = false;
  EXPECT_EQ((*this)("${echo(x)}"), "<API Execute Permission Denied>");
}

TEST_F(Expand, Expr) {
  const std::pair<const char*, const char*> table[] = {{"2*3+4", "10"},
                                                       {"(2+3)*4", "20"},
                                                       {"7/2", "3.5"},
                                                       {"1/3", "0.3333333333"},
                                                       {"2^10", "1024"},
                                                       {"5-8", "-3"},
                                                       {"-2^2", "-4"},
                                                       {"2^-1", "0.5"},
                                                       {"1e3", "!err!"},
                                                       {".5+.25", "0.75"},
                                                       {"abs(-4)", "4"},
                                                       {"mod(7,3)", "1"},
                                                       {"sqrt(2)", "1.4142135624"},
                                                       {"min(4,2,8)", "2"},
                                                       {"if(1,5,6)", "5"},
                                                       {"and(1,0)", "0"},
                                                       {"clip(9,1,5)", "1"},
                                                       {"a=3|a*2", "6"},
                                                       {"a=1;b=2;a+b", "3"},
                                                       {"foo(1)", "!err!"},
                                                       {"foo", "0"},
                                                       {"", "!err!"},
                                                       {"1+", "!err!"},
                                                       {"1,2", "!err!"},
                                                       {"3!", "!err!"},
                                                       {"1==1", "!err!"},
                                                       {"1/0", "!err!"},
                                                       {"sqrt(-1)", "!err!"},
                                                       {"1.2.3", "!err!"},
                                                       {"for(i=0,below(i,3),i=i+1,i)", "2"},
                                                       {"for(i=0,1,i=i,i)", "!err!"},
                                                       {"select(-1,5,6,7)", "5"},
                                                       {"poly(2,1,0,1)", "5"},
                                                       {"avg(1,2,6)", "3"},
                                                       {"lor(0,2)", "1"},
                                                       {"land(0,foo(1))", "0"},
                                                       {"many(1,2,3)", "3"},
                                                       {"clamp(7,0,5)", "2"},
                                                       {"ceil(1.2)+floor(1.8)", "3"},
                                                       {"recttopolr(3,4)", "5"},
                                                       {"deg(M_PI)", "180"}};
  for (const auto& [text, wanted] : table)
    EXPECT_EQ((*this)("${expr(" + std::string{text} + ")}"), wanted) << text;
  const auto dice = (*this)("${expr(random(0,1,6))}");
  EXPECT_GE(std::stod(dice), 1.0);
  EXPECT_LT(std::stod(dice), 6.0);
  EXPECT_EQ((*this)("${expr(" + std::string(5000, '(') + "1" + std::string(5000, ')') + ")}"), "!err!");
}

TEST_F(Expand, Cond) {
  const std::pair<const char*, const char*> table[] = {{"${num} > 100 ? big : small", "big"},
                                                       {"2 >= 2 ? y : n", "y"},
                                                       {"3 <= 2 ? y : n", "n"},
                                                       {"'a' == 'a' ? y : n", "y"},
                                                       {"abc == abd ? y : n", "n"},
                                                       {"abc > ab ? y : n", "y"},
                                                       {"abc > xyz ? y : n", "n"},
                                                       {"1 == 1 ? yes", "yes"},
                                                       {"1 == 2 ? yes", ""},
                                                       {"1==1 ? y : n", "-ERR"},
                                                       {"${none} == yes ? y : n", "-ERR"},
                                                       {"'${none}' == '' ? y : n", "y"},
                                                       {"a = b ? y : n", "-ERR"},
                                                       {"1 == 1 ? 'two words' : n", "two words"},
                                                       {"a == b c ? y : n", "-ERR"},
                                                       {"1 == 0 ? a : d e f", "d e f"},
                                                       {"'1' == '1.0' ? y : n", "n"},
                                                       {"1 == 1.0 ? y : n", "y"},
                                                       {"", "-ERR"},
                                                       {"'x", "-ERR"}};
  for (const auto& [text, wanted] : table)
    EXPECT_EQ((*this)("${cond(" + std::string{text} + ")}"), wanted) << text;
}

TEST_F(Expand, Regex) {
  const std::pair<const char*, const char*> table[] = {
      {"${num}|^123", "true"},   {"${num}|^9", "false"},       {"${num}|^(12)(3)|%1", "12"},
      {"${num}|^9|%1", "12345"}, {"${num}|^9|%1|n", ""},       {"${num}|^9|%1|b", "false"},
      {"m:/abc/b", "true"},      {"abc|(b)|[$1]", "[b]"},      {"abc", "-ERR"},
      {"|^$", "true"},           {"abc|^(a)(x)?|%1-%2", "a-"}, {"abc|[", "false"}};
  for (const auto& [text, wanted] : table)
    EXPECT_EQ((*this)("${regex(" + std::string{text} + ")}"), wanted) << text;
}

TEST_F(Expand, WorkIsBounded) {
  variables_.set("self", "${self}");
  EXPECT_LT((*this)("${self}").size(), 100U);
  variables_.set("a", "${b}${b}");
  variables_.set("b", "${a}${a}");
  EXPECT_LE((*this)("${a}").size(), expansion_size_max);
  variables_.set("e", "${eval(${f})}${eval(${f})}");
  variables_.set("f", "${eval(${e})}${eval(${e})}");
  EXPECT_LE((*this)("${e}").size(), expansion_size_max);
  EXPECT_EQ((*this)("${num}"), "12345");
  variables_.set("big", std::string(10'000, 'x'));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "${big}";
  EXPECT_EQ((*this)(many).size(), expansion_size_max);
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "${";
  (*this)(deep);
}

TEST_F(Expand, SEC_TextFromTheNetworkIsInert) {
  // Values are expanded again, and by set even twice: what a caller wrote must not be able to name a
  // function.
  for (const auto* attack : {"${md5(a)}", "$${glob}", "x\\${md5(a)}", "${${md5(a)}}", "$$${md5(a)}"}) {
    profile_.caller_id_name = call::inert(attack);
    variables_.set("sip_from_display", call::inert(attack));
    set(context_, (*this)("r=${caller_id_name}${sip_from_display}"));
    EXPECT_EQ(variables_.get("r").find("0cc175"), std::string_view::npos) << attack;
    EXPECT_EQ((*this)("${r}").find("0cc175"), std::string::npos) << attack;
  }
  EXPECT_EQ(call::inert("US$5 {x} $"), "US$5 {x} $");
  EXPECT_EQ(call::inert("{x}"), "(x}");
}

TEST_F(Expand, VariableActions) {
  set(context_, "r=\\${num}");
  set(context_, "twice=${num}");
  EXPECT_EQ(variables_.get("twice"), "12345");
  set(context_, "comma,val");
  EXPECT_EQ(variables_.get("comma"), "val");
  set(context_, "num");
  EXPECT_FALSE(variables_.has("num"));
  multiset(context_, "x=1 novalue y='two words'");
  EXPECT_EQ(variables_.get("y"), "two words");
  EXPECT_FALSE(variables_.has("novalue"));
  multiset(context_, "^^,p=1,q=2");
  EXPECT_EQ(variables_.get("q"), "2");
  multiunset(context_, "^^:p:q");
  EXPECT_FALSE(variables_.has("p"));
  unset(context_, "x y");
  EXPECT_TRUE(variables_.has("x"));
  push(context_, "arr,a,b");
  EXPECT_EQ(variables_.element("arr", 3), "a,b");
  unshift(context_, "arr=first");
  EXPECT_EQ(variables_.element("arr", 0), "first");
  push(context_, "arr");
  EXPECT_FALSE(variables_.has("arr"));
  export_variable(context_, "nolocal:e=1");
  EXPECT_EQ(variables_.get("export_vars"), "nolocal:e");
  bridge_export(context_, "be=1");
  EXPECT_EQ(variables_.get("bridge_export_vars"), "be");
  set_global(context_, "fresh=1");
  EXPECT_EQ(globals_.get("fresh"), "1");
  set_profile_var(context_, "caller_id_name=PV");
  EXPECT_EQ(profile_.caller_id_name, "PV");
  capture(context_, "c|abc123|([a-z]+)(\\d+)");
  EXPECT_EQ(variables_.get("c"), "ARRAY::abc123|:abc|:123");
  EXPECT_TRUE(check_acl(context_, "10.0.0.1 10.0.0.0/8"));
  EXPECT_FALSE(check_acl(context_, "10.0.0.1 nosuchlist"));
  EXPECT_TRUE(check_acl(context_, "10.0.0.1"));
}

const Application sample{
    {"sample_application", "<x>", "For this test.", Media::not_needed, Routing::safe, nullptr}};

TEST(Registry, ApplicationsAndFunctions) {
  ASSERT_NE(Application::find("SAMPLE_application"), nullptr);
  EXPECT_TRUE(Application::find("sample_application")->safe_in_routing());
  EXPECT_EQ(Application::find("nosuch"), nullptr);
  std::size_t count = 0;
  for (const auto* each = ApiFunction::first(); each != nullptr; each = each->next()) {
    ++count;
    EXPECT_FALSE(each->spec().help.empty()) << each->spec().name;
    EXPECT_NE(each->spec().run, nullptr) << each->spec().name;
    EXPECT_EQ(ApiFunction::find(each->spec().name), each);
  }
  EXPECT_GE(count, 30U);
}

}  // namespace
}  // namespace dialplan
