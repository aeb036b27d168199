// test/compat/dialplan_golden_test.cc - recorded FreeSWITCH vectors: matching, expansion, dial strings.
//
// A small executor stands in for the call: it runs the applications whose effect is on variables and the
// profile only. Cases that need more are counted and named.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>

#include "call/arguments.h"
#include "call/cause.h"
#include "call/dial_string.h"
#include "dialplan/configuration.h"
#include "dialplan/expand.h"
#include "dialplan/hunt.h"
#include "dialplan/variable_actions.h"
#include "tests/support/json.h"
#include "tests/support/shared.h"

namespace {

using test::Json;

/// The recorder's machine was in UTC.
const bool zone_is_utc = [] {
  ::setenv("TZ", "UTC", 1);
  return true;
}();

const std::set<std::string, std::less<>> routing_safe{"set",
                                                      "export",
                                                      "multiset",
                                                      "push",
                                                      "unshift",
                                                      "unset",
                                                      "multiunset",
                                                      "set_global",
                                                      "set_profile_var",
                                                      "set_user",
                                                      "bridge_export",
                                                      "check_acl",
                                                      "eval",
                                                      "event",
                                                      "info",
                                                      "log",
                                                      "presence",
                                                      "verbose_events",
                                                      "novideo",
                                                      "cng_plc",
                                                      "early_hangup",
                                                      "set_zombie_exec",
                                                      "set_media_stats",
                                                      "stop",
                                                      "lua",
                                                      "enum"};
const std::set<std::string, std::less<>> known{"answer",
                                               "hangup",
                                               "transfer",
                                               "sleep",
                                               "playback",
                                               "bridge",
                                               "db",
                                               "hash",
                                               "strftime",
                                               "privacy",
                                               "sched_hangup",
                                               "capture",
                                               "system",
                                               "mkdir",
                                               "park",
                                               "redirect",
                                               "session_loglevel",
                                               "bind_meta_app",
                                               "ring_ready",
                                               "pre_answer",
                                               "sched_cancel",
                                               "set_name",
                                               "send_dtmf",
                                               "fifo",
                                               "valet_park",
                                               "voicemail",
                                               "httapi",
                                               "send_info",
                                               "page",
                                               "speak",
                                               "limit",
                                               "respond"};
/// Applications this executor only notes down, because what they do cannot be seen in these cases.
const std::set<std::string, std::less<>> noted{
    "log",     "eval",    "info",         "event",           "presence",       "verbose_events",
    "novideo", "cng_plc", "early_hangup", "set_media_stats", "stop",           "lua",
    "enum",    "sleep",   "playback",     "set_name",        "set_zombie_exec"};
/// `${fn}` whose functions belong to later stages (a database, prompts, processes).
constexpr std::string_view later_functions[] = {"${hash(", "${db(", "${say_string(", "${system("};

dialplan::Standing standing(std::string_view name) {
  if (routing_safe.contains(name)) return dialplan::Standing::routing_safe;
  return known.contains(name) ? dialplan::Standing::known : dialplan::Standing::unknown;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::vector<Json> vectors(std::string_view area) {
  std::vector<Json> cases;
  const auto path = test::shared_file("golden/dialplan/vectors.jsonl");
  if (!path) return cases;
  std::ifstream in{*path};
  for (std::string line; std::getline(in, line);)
    if (auto one = Json::parse(line); one["area"].text() == area) cases.push_back(std::move(one));
  return cases;
}

struct Step {
  std::string application, data;
  bool inline_run = false;
  bool operator==(const Step&) const = default;
};

class Executor {
 public:
  explicit Executor(const Json& one) : case_{one} {
    const auto directory = test::shared_file("compat/freeswitch-vanilla");
    auto xml = one["xml"].text();
    if (!xml.starts_with("<context")) xml = "<context name=\"@CTX@\">" + xml + "</context>";
    xml = replaced(replaced(std::move(xml), "@CTX@", context_name), "@UAS@", "127.0.0.1:5999");
    xml = "<document><section name=\"dialplan\">" + xml +
          "</section><section name=\"directory\"><X-PRE-PROCESS cmd=\"include\" data=\"" +
          (directory ? directory->string() : std::string{}) + "/directory/*.xml\"/></section></document>";
    const call::Variables presets{
        {"domain", "127.0.0.1"},       {"gv_plain", "global one"},     {"gv_num", "42"},
        {"gv_nested", "42-x"},         {"gv_comment", "from comment"}, {"hostname", "host"},
        {"default_password", "secret"}};
    auto loaded = dialplan::load_text(xml, "case.xml", ".", presets);
    if (loaded)
      configuration_ = *loaded;
    else
      for (const auto& finding : loaded.error()) trouble_ += finding.text() + '\n';
    if (configuration_) globals_ = configuration_->globals;
    fill_profile();
    context_.configuration = configuration_.get();
    context_.globals = &globals_;
    context_.session = &session_;
    context_.random = &random_;
    context_.now = clock();
    context_.find_session = [this](std::string_view uuid) { return uuid == "<A>" ? &session_ : nullptr; };
  }

  void run() {
    for (int hops = 0; hops < 20 && !ended_; ++hops) {
      again_ = false;
      const dialplan::HuntPort port{standing,
                                    [this](const dialplan::Action& action) { perform(action, true); }};
      const auto route = dialplan::hunt(context_, port);
      if (!route)
        return end(route.error() == dialplan::NoRoute::unknown_application
                       ? call::Cause::destination_out_of_order
                       : call::Cause::no_route_destination);
      for (const auto& action : route->actions) {
        if (ended_ || again_) break;
        perform(action, false);
      }
      if (!again_) return end(call::Cause::normal_clearing);
    }
  }

  /// The application that this executor cannot run; empty when it ran all.
  const std::string& left_out() const { return left_out_; }
  const std::string& trouble() const { return trouble_; }
  const std::vector<Step>& steps() const { return steps_; }
  call::Cause cause() const { return cause_; }
  std::string_view variable(std::string_view name) const { return variables_.get(name); }

 private:
  static constexpr std::string_view context_name = "ctx";

  void fill_profile() {
    const auto& call = case_["call"];
    profile_.destination_number = replaced(call["destination_number"].text(), "%23", "#");
    profile_.caller_id_name = call["caller_id_name"].text();
    profile_.caller_id_number = call["caller_id_number"].text();
    profile_.username = profile_.caller_id_number;
    profile_.ani = profile_.caller_id_number;
    profile_.network_addr = "127.0.0.1";
    profile_.context = context_name;
    profile_.uuid = "<A>";
    profile_.chan_name = "sofia/external/" + profile_.caller_id_number + "@ctx";
    variables_.set("uuid", "<A>");
    variables_.set("direction", "inbound");
    variables_.set("sip_from_user", profile_.caller_id_number);
    variables_.set("sip_to_user", profile_.destination_number);
    variables_.set("sip_req_user", profile_.destination_number);
  }

  call::WallTime clock() const {
    dialplan::LocalTime at{.year = 2026, .month = 11, .day = 23, .hour = 7, .minute = 35, .second = 16};
    const auto text = case_["clock"]["at"].text();
    std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &at.year, &at.month, &at.day, &at.hour, &at.minute,
                &at.second);
    return dialplan::TimeZone{}.instant(at);
  }

  void end(call::Cause cause) {
    if (!ended_) cause_ = cause;
    ended_ = true;
  }

  void perform(const dialplan::Action& action, bool inline_run) {
    if (standing(action.application) == dialplan::Standing::unknown)
      return end(call::Cause::destination_out_of_order);
    const auto expanded = dialplan::expand(action.data, context_);
    auto scoped = call::split_scope(expanded);
    const std::string data{scoped.rest};
    steps_.push_back({action.application, data, inline_run});
    variables_.set("current_application", action.application);
    variables_.set("current_application_data", data);
    if (scoped.any) variables_.enter_scope(std::move(scoped.variables));
    apply(action.application, data);
    if (scoped.any) variables_.leave_scope();
  }

  void apply(const std::string& name, const std::string& data) {
    using Pure = void (*)(dialplan::Context&, std::string_view);
    static const std::map<std::string, Pure, std::less<>> pure{{"set", dialplan::set},
                                                               {"unset", dialplan::unset},
                                                               {"multiset", dialplan::multiset},
                                                               {"multiunset", dialplan::multiunset},
                                                               {"push", dialplan::push},
                                                               {"unshift", dialplan::unshift},
                                                               {"export", dialplan::export_variable},
                                                               {"bridge_export", dialplan::bridge_export},
                                                               {"set_global", dialplan::set_global},
                                                               {"set_profile_var", dialplan::set_profile_var},
                                                               {"capture", dialplan::capture},
                                                               {"strftime", dialplan::strftime}};
    if (const auto found = pure.find(name); found != pure.end()) return found->second(context_, data);
    if (name == "set_user")
      dialplan::set_user(context_, data);
    else if (name == "check_acl") {
      if (!dialplan::check_acl(context_, data)) end(call::Cause::call_rejected);
    } else if (name == "hangup") {
      end(call::parse_cause(data));
    } else if (name == "transfer") {
      transfer(data);
    } else if (!noted.contains(name)) {
      left_out_ = name;
    }
  }

  void transfer(const std::string& data) {
    const auto parts = call::split_arguments(data);
    if (parts.empty()) return;
    profile_.rdnis = profile_.destination_number;
    profile_.destination_number = parts[0];
    if (parts.size() > 1) profile_.dialplan = parts[1];
    if (parts.size() > 2) profile_.context = parts[2];
    again_ = true;
  }

  const Json& case_;
  dialplan::Snapshot configuration_;
  call::Variables globals_, variables_;
  call::CallerProfile profile_;
  base::Random random_{1};
  dialplan::Session session_{variables_, profile_};
  dialplan::Context context_;
  std::vector<Step> steps_;
  std::string left_out_, trouble_;
  call::Cause cause_ = call::Cause::none;
  bool ended_ = false, again_ = false;
};

std::string print(const std::vector<Step>& steps) {
  std::string text;
  for (const auto& step : steps)
    text += step.application + '(' + step.data + ')' + (step.inline_run ? "* " : " ");
  return text;
}

std::vector<Step> expected_steps(const Json& list) {
  std::vector<Step> steps;
  for (const auto& step : list.list())
    steps.push_back(
        {step.list()[0].text(), replaced(step.list()[1].text(), "@CTX@", "ctx"), step.list().size() > 2});
  return steps;
}

std::string expected_value(const Json& value) {
  if (!value.is_list()) return value.text();
  std::vector<std::string_view> elements;
  for (const auto& element : value.list()) elements.push_back(element.text());
  return call::print_array(elements);
}

/// What differs from the record; empty when nothing does.
std::string differences(const Json& one, const Executor& ran) {
  const auto& expect = one["expect"];
  std::string text = ran.trouble();
  if (expect.has("executed")) {
    const auto steps = expected_steps(expect["executed"]);
    if (steps != ran.steps()) text += "\n  executed " + print(ran.steps()) + "\n  recorded " + print(steps);
  }
  for (const auto& [name, value] : expect["vars"].object()) {
    if (const auto wanted = expected_value(value); wanted != ran.variable(name))
      text += "\n  " + name + " is '" + std::string{ran.variable(name)} + "', recorded '" + wanted + "'";
  }
  if (expect.has("hangup_cause") && expect["hangup_cause"].text() != call::name(ran.cause()))
    text +=
        "\n  cause " + std::string{call::name(ran.cause())} + ", recorded " + expect["hangup_cause"].text();
  const auto& answers = expect["to_caller"].list();
  if (answers.size() == 1 && answers[0].has("status")) {
    if (static_cast<int>(answers[0]["status"].number()) != call::sip_status(ran.cause()))
      text += "\n  status " + std::to_string(call::sip_status(ran.cause()));
    if (answers[0]["reason"].text() != call::reason_header(ran.cause()))
      text += "\n  reason " + call::reason_header(ran.cause()) + ", recorded " + answers[0]["reason"].text();
  }
  return text;
}

void check_area(std::string_view area) {
  const auto cases = vectors(area);
  if (cases.empty()) GTEST_SKIP() << "golden/dialplan is not on this machine";
  std::size_t passed = 0;
  std::string left_out;
  for (const auto& one : cases) {
    const auto id = one["id"].text();
    const auto later = std::find_if(std::begin(later_functions), std::end(later_functions), [&](auto text) {
      return one["xml"].text().find(text) != std::string::npos;
    });
    if (later != std::end(later_functions)) {
      left_out += ' ' + id + " (" + std::string{later->substr(2)} + ")";
      continue;
    }
    Executor executor{one};
    executor.run();
    if (!executor.left_out().empty()) {
      left_out += ' ' + id + " (" + executor.left_out() + ")";
      continue;
    }
    const auto text = differences(one, executor);
    if (text.empty())
      ++passed;
    else
      ADD_FAILURE() << id << ": " << one["what"].text() << ' ' << one["expression"].text() << text;
  }
  std::cout << area << ": " << passed << " of " << cases.size() << " cases; left out:" << left_out << '\n';
}

TEST(DialplanGolden, Matching) {
  check_area("matching");
}
TEST(DialplanGolden, Expansion) {
  check_area("expansion");
}

/// Only what the parser alone can show: which legs there are, in which order of trial, and their variables.
TEST(DialplanGolden, DialStringLegs) {
  std::size_t checked = 0;
  for (const auto& one : vectors("dialstring")) {
    const auto id = one["id"].text();
    const auto& legs = one["expect"]["legs"].list();
    const auto text = replaced(one["dialstring"].text(), "@@UAS@", "");
    const bool simple = id.starts_with("c-p-") && !text.empty() && text.find("${") == std::string::npos &&
                        !id.ends_with("export-loc") && !id.ends_with("bnolocal") &&
                        !id.ends_with("set-legs") && !id.ends_with("quote-in");
    if (!simple || !one.has("dialstring")) continue;
    ++checked;
    const auto parsed = call::parse_dial_string(text);
    if (!parsed) {
      EXPECT_EQ(one["expect"]["vars"]["originate_disposition"].text(), call::name(parsed.error())) << id;
      continue;
    }
    for (const auto& recorded : legs) {
      const auto name = replaced(recorded["channel"].text(), "@@UAS@", "");
      bool found = false;
      for (const auto& group : parsed->groups)
        for (const auto& alternative : group.alternatives)
          for (const auto& leg : alternative.legs) {
            if (leg.endpoint + '/' + leg.rest != name) continue;
            found = true;
            const auto variables = call::leg_variables(*parsed, group, leg);
            for (const auto& [key, value] : recorded["vars"].object())
              EXPECT_EQ(variables.get(key), expected_value(value)) << id << ' ' << key;
          }
      EXPECT_TRUE(found) << id << ": no leg " << name;
    }
  }
  if (checked == 0) GTEST_SKIP() << "golden/dialplan is not on this machine";
  std::cout << "dialstring: " << checked << " cases shown by the parser alone\n";
}

/// hangup with every recorded cause: the final response and its Reason header.
TEST(DialplanGolden, RSP_32_CausesToTheCaller) {
  std::size_t checked = 0;
  for (const auto& one : vectors("dialstring")) {
    const auto id = one["id"].text();
    if (!id.starts_with("c-cs-")) continue;
    ++checked;
    const auto cause = call::find_cause(one["expect"]["hangup_cause"].text());
    if (!cause) continue;
    const auto& answer = one["expect"]["to_caller"].list().at(0);
    EXPECT_EQ(call::sip_status(*cause), static_cast<int>(answer["status"].number())) << id;
    EXPECT_EQ(call::reason_header(*cause), answer["reason"].text()) << id;
  }
  if (checked == 0) GTEST_SKIP() << "golden/dialplan is not on this machine";
}

}  // namespace
