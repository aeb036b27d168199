// tests/compat/dialplan_calls_test.cc - recorded FreeSWITCH calls through the whole server, every message compared.
//
// A case whose dialplan needs an application, command or endpoint that is not there is counted as left out; one that
// the table below names is left out with the reason given there; every other case must pass.
// AHOY_CASE=<beginning of an id> plays only those, and tells what happened.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "call/dial_endpoint.h"
#include "control/command.h"
#include "dialplan/api_function.h"
#include "dialplan/application.h"
#include "sim/raw_agent.h"
#include "tests/compat/stage.h"
#include "tests/support/json.h"
#include "tests/support/shared.h"

namespace {

using compat::LegRecord;
using compat::Stage;
using test::Json;
namespace fs = std::filesystem;

struct LeftOut {
  std::string_view id, reason;
};
constexpr LeftOut left_out[] = {
    {"c-t-gc-ok", "the recorder lost the call: 500 'No session set by user' is its stack's answer to a BYE it took for an error"},
    {"d-send_dtmf-info", "the record has no INFO at all, against its own application and the specification (2.1, dtmf_type=info)"},
};

/// Words of a dial string or variable that stand for something this stage does not have.
constexpr LeftOut missing_features[] = {{"loopback/", "endpoint loopback"},
                                           {"pickup/", "endpoint pickup"},
                                           {"sofia/gateway/gwdown", "gateways"},
                                           {"local_stream://", "local_stream"},
                                           {"_hook=hash", "hash"},
                                           {"=hash insert", "hash"}};

const bool zone_is_utc = [] {
  ::setenv("TZ", "UTC", 1);
  return true;
}();

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// --- material ----------------------------------------------------------------------------------------------------

/// Silence as 16-bit PCM at 8 kHz.
void write_silence(const fs::path& path, unsigned milliseconds) {
  fs::create_directories(path.parent_path());
  const std::uint32_t size = milliseconds * 8 * 2;
  std::string text{"RIFF"};
  const auto number = [&text](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  };
  number(36 + size, 4);
  text += "WAVEfmt ";
  number(16, 4), number(1, 2), number(1, 2), number(8000, 4), number(16000, 4), number(2, 2), number(16, 2);
  text += "data";
  number(size, 4);
  text.append(size, '\0');
  std::ofstream{path, std::ios::binary} << text;
}

/// The recorder's folder /usr/local/freeswitch, as far as cases need it.
class Folder {
 public:
  Folder() : path_{fs::temp_directory_path() / ("ahoy-calls-" + std::to_string(::getpid()))} {
    write_silence(path_ / "sounds/short.wav", 300);
    write_silence(path_ / "sounds/long.wav", 4000);
    fs::create_directories(path_ / "recordings");
  }
  ~Folder() { fs::remove_all(path_); }
  std::string text() const { return path_.string(); }
  /// Files a case plays are there; the recorder had the vanilla set.
  void provide(const Json& expect) const {
    std::vector<std::string> files;
    for (const auto& file : expect["files"].list()) files.push_back(file.text());
    for (const auto& event : expect["events"].list()) files.push_back(event["Playback-File-Path"].text());
    for (const auto& file : files)
      if (const fs::path path{file}; path.is_absolute() && path.extension() == ".wav" && !fs::exists(path))
        write_silence(path, 60);
  }

 private:
  fs::path path_;
};

std::vector<Json> vectors(std::string_view area, const std::string& folder) {
  std::vector<Json> cases;
  const auto path = test::shared_file("golden/dialplan/vectors.jsonl");
  if (!path) return cases;
  std::ifstream in{*path};
  for (std::string line; std::getline(in, line);) {
    line = replaced(std::move(line), "/usr/local/freeswitch/share/sounds", folder + "/sounds");
    line = replaced(std::move(line), "/usr/local/freeswitch", folder);
    line = replaced(replaced(std::move(line), "@CTX@", compat::context_name), "@UAS@", compat::called_address.text());
    if (auto one = Json::parse(line); one["area"].text() == area) cases.push_back(std::move(one));
  }
  return cases;
}

// --- what is needed ----------------------------------------------------------------------------------------------

std::string missing_application(const std::string& xml) {
  static constexpr std::string_view mark = "application=\"";
  for (auto at = xml.find(mark); at != std::string::npos; at = xml.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    const auto name = xml.substr(begin, xml.find('"', begin) - begin);
    if (!dialplan::Application::find(name)) return name;
  }
  return {};
}

/// `${name(...)}`: some vectors are about names that nobody has.
std::string missing_function(const std::string& xml) {
  static constexpr std::string_view later[] = {"hash", "db", "say_string", "system"};
  for (const auto name : later)
    if (xml.find("${" + std::string{name} + "(") != std::string::npos && !dialplan::ApiFunction::find(name)) return std::string{name};
  return {};
}

std::string missing_command(const Json& call) {
  std::vector<std::string> lines;
  for (const auto& step : call["steps"].list())
    if (step.list()[1].text() == "api") lines.push_back(step.list()[2].text());
  for (const auto& line : call["api_after"].list()) lines.push_back(line.text());
  for (const auto& line : lines) {
    const auto name = line.substr(0, line.find(' '));
    if (!control::Command::find(name) && !dialplan::ApiFunction::find(name)) return name;
  }
  return {};
}

/// Why a case cannot be played; empty when it can.
std::string reason_to_leave_out(const Json& one) {
  for (const auto& entry : left_out)
    if (entry.id == one["id"].text()) return std::string{entry.reason};
  const auto xml = one["xml"].text();
  if (const auto name = missing_application(xml); !name.empty()) return name;
  if (const auto name = missing_command(one["call"]); !name.empty()) return name;
  if (const auto name = missing_function(xml); !name.empty()) return "${" + name + "()}";
  for (const auto& [word, feature] : missing_features)
    if (xml.find(word) != std::string::npos) return std::string{feature};
  return {};
}

// --- comparison --------------------------------------------------------------------------------------------------

/// Texts of one case: `<uuid1>` stands for the same uuid wherever it is written.
class Comparison {
 public:
  explicit Comparison(const Json& one, const Stage& stage) : case_{one}, expect_{one["expect"]}, stage_{stage} {
    bound_["<A>"] = compat::a_uuid;
  }
  /// What differs from the record; empty when nothing does.
  std::string run() {
    if (!stage_.trouble().empty()) return stage_.trouble();
    if (expect_.has("reply")) same("reply", expect_["reply"].text(), trimmed(stage_.reply()));
    if (const auto* a = stage_.a()) {
      compare_a(*a);
    } else if (expect_.has("hangup_cause")) {
      differ("there was no call");
    }
    compare_to_caller();
    compare_called();
    compare_legs();
    return text_;
  }

 private:
  static std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  }
  void differ(const std::string& what) { text_ += "\n  " + what; }

  /// Times of cases with a phase are wall-clock ticks: the same number of whole seconds is right as well.
  bool same_time(double recorded_ms, base::Duration got) const {
    const double ms = static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(got).count());
    const double tolerance = case_["clock"].has("phase_ms") ? 1150 : 150;
    return std::abs(ms - recorded_ms) <= tolerance;
  }
  static long ms(base::Duration time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); }

  bool matches(std::string_view recorded, std::string_view got) {
    while (!recorded.empty()) {
      const auto end = recorded.find('>');
      const bool placeholder = (recorded.starts_with("<uuid") || recorded.starts_with("<A>")) && end != std::string_view::npos;
      if (placeholder) {
        constexpr std::size_t uuid_size = 36;
        const std::string name{recorded.substr(0, end + 1)};
        const std::string uuid{got.substr(0, uuid_size)};
        const auto [known, fresh] = bound_.try_emplace(name, uuid);
        if (uuid.size() != uuid_size || known->second != uuid) return false;
        recorded.remove_prefix(end + 1);
        got.remove_prefix(uuid_size);
      } else if (recorded.starts_with("<nonce>")) {
        recorded.remove_prefix(7);
        got.remove_prefix(std::min(got.find('"'), got.size()));
      } else {
        if (got.empty() || got[0] != recorded[0]) return false;
        recorded.remove_prefix(1);
        got.remove_prefix(1);
      }
    }
    return got.empty();
  }
  void same(const std::string& what, std::string_view recorded, std::string_view got) {
    if (!matches(recorded, got)) differ(what + " is '" + std::string{got} + "', recorded '" + std::string{recorded} + "'");
  }

  static std::string value_of(const Json& value) {
    if (!value.is_list()) return value.text();
    std::vector<std::string_view> elements;
    for (const auto& element : value.list()) elements.push_back(element.text());
    return call::print_array(elements);
  }

  static std::string pairs(const std::vector<std::pair<std::string, std::string>>& all) {
    std::string text;
    for (const auto& [name, data] : all) text += name + "(" + data + ") ";
    return text;
  }
  static std::string pairs(const Json& all) {
    std::string text;
    for (const auto& one : all.list()) text += one.list()[0].text() + "(" + one.list()[1].text() + ") ";
    return text;
  }

  void compare_variables(const std::string& whose, const Json& recorded, const call::Variables& got) {
    static const std::set<std::string, std::less<>> counters{"playback_ms",    "playback_samples", "playback_seconds",
                                                             "record_seconds", "playback_last_offset_pos"};
    for (const auto& [name, value] : recorded.object()) {
      // Sample counters are not part of the promise, only whether there are any.
      if (counters.contains(name) && !value.is_null() && got.has(name)) continue;
      same(whose + name, value_of(value), got.get(name));
    }
  }

  void compare_a(const LegRecord& a) {
    if (!a.over) differ("A did not end");
    if (expect_.has("executed")) same("executed", pairs(expect_["executed"]), pairs(a.executed));
    if (expect_.has("responses")) same("responses", pairs(expect_["responses"]), pairs(a.responses));
    if (expect_.has("hangup_cause")) same("cause", expect_["hangup_cause"].text(), a.cause);
    compare_variables("", expect_["vars"], a.variables);
    const auto& times = expect_["executed_at_ms"].list();
    for (std::size_t i = 0; i < times.size() && i < a.executed_at.size(); ++i)
      if (!same_time(times[i].number(), a.executed_at[i]))
        differ(a.executed[i].first + " ran at " + std::to_string(ms(a.executed_at[i])) + ", recorded " +
               std::to_string(static_cast<long>(times[i].number())));
  }

  static std::string recorded_text(const Json& one) {
    if (one.has("request")) return one["request"].text();
    return std::to_string(static_cast<int>(one["status"].number()));
  }

  void compare_to_caller() {
    if (!expect_.has("to_caller")) return;
    const auto& recorded = expect_["to_caller"].list();
    const auto& got = stage_.to_caller();
    std::string wanted_all, got_all;
    for (const auto& one : recorded) wanted_all += recorded_text(one) + ", ";
    for (const auto& one : got) got_all += one.text.substr(0, one.text.find(' ')) + ", ";
    if (wanted_all != got_all) return differ("to the caller: " + got_all + "recorded: " + wanted_all);
    for (std::size_t i = 0; i < got.size(); ++i) compare_heard(recorded[i], got[i]);
  }

  void compare_heard(const Json& recorded, const compat::ToCaller& got) {
    const auto what = got.text + " ";
    // Phrases that nobody chose are those of RFC 3261; the recorder's stack had others.
    const auto phrase = recorded["phrase"].text();
    if (case_["xml"].text().find(' ' + phrase + '"') != std::string::npos) same(what + "phrase", phrase, got.text.substr(4));
    same(what + "Reason", recorded["reason"].text(), got.reason);
    if (recorded.has("sdp"))
      if (const bool wanted = recorded["sdp"].boolean(); wanted != got.sdp) differ(what + (got.sdp ? "has SDP" : "has no SDP"));
    if (recorded.has("direction")) same(what + "direction", recorded["direction"].text(), got.direction);
    if (recorded.has("challenge")) same(what + "challenge", recorded["challenge"].text(), got.challenge);
    if (recorded.has("contact")) {
      std::vector<std::string_view> contacts(got.contacts.begin(), got.contacts.end());
      same(what + "Contact", value_of(recorded["contact"]), call::print_array(contacts));
    }
    for (const auto& [name, value] : recorded["x"].object()) {
      const auto found = got.extra.find(name);
      same(what + name, value.text(), found == got.extra.end() ? "" : found->second);
    }
    if (recorded.has("at_ms") && !same_time(recorded["at_ms"].number(), got.at))
      differ(what + "at " + std::to_string(ms(got.at)) + ", recorded " +
             std::to_string(static_cast<long>(recorded["at_ms"].number())));
  }

  // Paired by user and time: the record's order is that of rounded times.
  void compare_called() {
    if (!expect_.has("uas")) return;
    std::vector<const Json*> recorded;
    for (const auto& seen : expect_["uas"].list()) recorded.push_back(&seen);
    auto got = stage_.called().seen();
    const auto last_time = [](const Json* seen) {
      const auto& then = (*seen)["then"].list();
      return then.empty() ? 0.0 : then.back().list()[1].number();
    };
    std::ranges::stable_sort(recorded, [&](const Json* x, const Json* y) {
      return std::tuple{(*x)["user"].text(), (*x)["at_ms"].number(), last_time(x)} <
             std::tuple{(*y)["user"].text(), (*y)["at_ms"].number(), last_time(y)};
    });
    std::ranges::stable_sort(got, [](const auto* x, const auto* y) {
      const auto last = [](const auto* seen) { return seen->then.empty() ? base::Time{} : seen->then.back().at; };
      return std::tuple{x->user, x->at, last(x)} < std::tuple{y->user, y->at, last(y)};
    });
    if (recorded.size() != got.size())
      return differ("the called side saw " + std::to_string(got.size()) + " INVITEs, recorded " + std::to_string(recorded.size()));
    for (std::size_t i = 0; i < got.size(); ++i) compare_seen(*recorded[i], *got[i]);
  }

  void compare_seen(const Json& recorded, const compat::CalledSide::Seen& got) {
    const auto what = "INVITE " + got.user + " ";
    if (recorded.has("user")) same(what + "user", recorded["user"].text(), got.user);
    if (recorded.has("at_ms") && !same_time(recorded["at_ms"].number(), got.at - stage_.begun()))
      differ(what + "at " + std::to_string(ms(got.at - stage_.begun())) + ", recorded " +
             std::to_string(static_cast<long>(recorded["at_ms"].number())));
    if (recorded.has("from")) {
      const auto from = sim::header(got.invite, "From");
      same(what + "From", recorded["from"].text(), from.substr(0, from.find(";tag=")));
    }
    for (const auto* name : {"Remote-Party-ID", "P-Asserted-Identity", "Privacy"})
      if (recorded.has("headers")) same(what + name, recorded["headers"][name].text(), sim::header(got.invite, name));
    for (const auto& [name, value] : recorded["headers"].object())
      if (name.starts_with("X-")) same(what + name, value.text(), sim::header(got.invite, name));
    if (recorded.has("then")) compare_later(what, recorded["then"].list(), got.then);
  }

  void compare_later(const std::string& what, const Json::List& recorded, const std::vector<compat::CalledSide::Later>& got) {
    std::string wanted_all, got_all;
    for (const auto& one : recorded)
      wanted_all += one.list()[0].text() + "(" + (one.list().size() > 2 ? one.list()[2].text() : "") + ") ";
    for (const auto& one : got) got_all += one.method + "(" + one.detail + ") ";
    if (!matches(wanted_all, got_all)) return differ(what + "then " + got_all + ", recorded " + wanted_all);
    for (std::size_t i = 0; i < got.size(); ++i)
      if (!same_time(recorded[i].list()[1].number(), got[i].at - stage_.begun()))
        differ(what + "then " + got[i].method + " at " + std::to_string(ms(got[i].at - stage_.begun())) + ", recorded " +
               std::to_string(static_cast<long>(recorded[i].list()[1].number())));
  }

  /// Legs in the record have no order of their own that can be relied on: by name, then cause.
  void compare_legs() {
    // The record of a command has no call to find its legs by.
    if (!expect_.has("legs") || case_["call"].has("api")) return;
    std::vector<const Json*> recorded;
    for (const auto& leg : expect_["legs"].list()) recorded.push_back(&leg);
    auto got = stage_.outgoing();
    if (recorded.size() != got.size())
      return differ(std::to_string(got.size()) + " outgoing legs, recorded " + std::to_string(recorded.size()));
    std::ranges::stable_sort(recorded, {}, [](const Json* leg) { return (*leg)["channel"].text() + ' ' + (*leg)["cause"].text(); });
    std::ranges::stable_sort(got, {}, [](const LegRecord* leg) { return leg->channel + ' ' + leg->cause; });
    for (std::size_t i = 0; i < got.size(); ++i) compare_leg(*recorded[i], *got[i]);
  }

  void compare_leg(const Json& recorded, const LegRecord& got) {
    const std::string what = "leg " + got.channel + " ";
    if (recorded.has("channel")) same(what + "name", recorded["channel"].text(), got.channel);
    if (recorded.has("cause")) same(what + "cause", recorded["cause"].text(), got.cause);
    if (recorded.has("executed")) same(what + "executed", pairs(recorded["executed"]), pairs(got.executed));
    compare_variables(what, recorded["vars"], got.variables);
    const auto& id = recorded["cid"].list();
    for (std::size_t i = 0; i < id.size() && i < got.caller_id.size(); ++i)
      same(what + "caller id " + std::to_string(i), id[i].text(), got.caller_id[i]);
  }

  const Json& case_;
  const Json& expect_;
  const Stage& stage_;
  std::map<std::string, std::string> bound_;
  std::string text_;
};

void check_area(std::string_view area) {
  const Folder folder;
  const auto cases = vectors(area, folder.text());
  if (cases.empty()) GTEST_SKIP() << "golden/dialplan is not on this machine";
  const char* chosen = std::getenv("AHOY_CASE");
  std::size_t passed = 0, failed = 0, left = 0;
  std::map<std::string, std::string> reasons;
  for (const auto& one : cases) {
    const auto id = one["id"].text();
    if (chosen && !id.starts_with(chosen)) continue;
    if (const auto reason = reason_to_leave_out(one); !reason.empty()) {
      ++left;
      reasons[reason] += ' ' + id;
      continue;
    }
    folder.provide(one["expect"]);
    Stage stage{one, folder.text()};
    stage.play();
    const auto text = Comparison{one, stage}.run();
    if (text.empty()) {
      ++passed;
    } else {
      ++failed;
      ADD_FAILURE() << id << ": " << one["what"].text() << text;
    }
  }
  for (const auto& [reason, ids] : reasons) std::cout << "  left out for " << reason << ":" << ids << '\n';
  std::cout << area << ": " << passed << " passed, " << failed << " failed, " << left << " left out of " << cases.size() << '\n';
}

TEST(DialplanCalls, Matching) { check_area("matching"); }
TEST(DialplanCalls, Expansion) { check_area("expansion"); }
TEST(DialplanCalls, DialStrings) { check_area("dialstring"); }
TEST(DialplanCalls, Applications) { check_area("applications"); }

}  // namespace
