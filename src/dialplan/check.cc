// dialplan/check.cc - what only the whole configuration shows: applications, contexts, unsupported files.
#include "dialplan/check.h"

#include <algorithm>
#include <filesystem>

#include "dialplan/configuration.h"
#include "dialplan/document.h"
#include "dialplan/expand.h"
#include "dialplan/parameters.h"

namespace dialplan {

namespace {

/// Configurations that are read today.
constexpr std::string_view supported_configurations[] = {"sofia.conf", "switch.conf", "acl.conf",
                                                         "timezones.conf", "guard.conf"};

class Checker {
 public:
  Checker(const Configuration& configuration, const CheckPort& port, Findings& findings)
      : configuration_{configuration}, port_{port}, findings_{findings} {}

  void run() {
    for (const auto& context : configuration_.plan.contexts())
      for (const auto& extension : context->extensions)
        for (const auto& condition : extension.conditions) walk(condition);
    contexts();
    for (const auto& profile : configuration_.profiles) lists(profile);
    list({"exempt", configuration_.guard.settings.exempt, configuration_.guard.place});
  }

 private:
  void walk(const PlanCondition& condition) {
    for (const auto& action : condition.actions) application(action);
    for (const auto& action : condition.anti_actions) application(action);
    for (const auto& nested : condition.nested) walk(nested);
  }

  void application(const PlanAction& action) {
    if (action.data.find("\\'") != std::string::npos)
      warn(action.place, "data with \\' is refused by the reference and here: this action never runs");
    if (!port_.standing || action.application.empty()) return;
    const auto standing = port_.standing(action.application);
    if (standing == Standing::unknown)
      warn(action.place, "unknown application '" + action.application + "': the call would end there" +
                             did_you_mean(action.application, port_.applications));
    else if (action.runs_inline && standing != Standing::routing_safe)
      warn(action.place, "'" + action.application + "' cannot run inline: this action never runs");
  }

  void contexts() {
    for (const auto& profile : configuration_.profiles)
      context(profile.settings.context, profile.place, "profile '" + profile.name + "'");
    for (const auto name : configuration_.directory.domains())
      for (const auto& [id, user] : configuration_.directory.domain(name)->users)
        context(std::string{user->variables.get("user_context")}, user->place, "user '" + id + "'");
  }

  void context(const std::string& name, const Place& place, const std::string& whose) {
    if (name.empty() || has_expansion(name) || configuration_.plan.find(name) != nullptr) return;
    std::vector<std::string_view> names;
    for (const auto& each : configuration_.plan.contexts()) names.emplace_back(each->name);
    warn(place,
         whose + " sends calls to context '" + name + "', which does not exist" + did_you_mean(name, names));
  }

  /// Who names a list that is not there lets nobody in.
  void lists(const Profile& profile) {
    for (const auto& parameter : profile.lists) list(parameter);
    for (const auto& gateway : profile.gateways)
      for (const auto& parameter : gateway.lists) list(parameter);
  }

  void list(const ListParameter& parameter) {
    const auto known = configuration_.acls.names();
    for (const auto item : base::split(parameter.lists, ',')) {
      const auto name = base::trim(item);
      const bool none = name.empty() || base::same(name, "none");
      if (none || configuration_.acls.find(name) != nullptr || Network::parse(name)) continue;
      warn(parameter.place, parameter.name + " names '" + std::string{name} +
                                "', which is neither a list nor a network: it lets nobody in" + did_you_mean(name, known));
    }
  }

  void warn(const Place& place, std::string message) {
    findings_.push_back({Severity::warning, place, std::move(message)});
  }

  const Configuration& configuration_;
  const CheckPort& port_;
  Findings& findings_;
};

void unsupported(const Document& document, Findings& findings) {
  for (const auto& section : document.sections("configuration"))
    for (const auto& element : section.children("configuration")) {
      const auto name = element.attribute("name");
      if (std::find(std::begin(supported_configurations), std::end(supported_configurations), name) ==
          std::end(supported_configurations))
        findings.push_back(
            {Severity::note, element.place(), "'" + std::string{name} + "' is not supported yet"});
    }
  for (const auto name : {"chatplan", "languages", "phrases"})
    for (const auto& section : document.sections(name))
      findings.push_back(
          {Severity::note, section.place(), "section '" + std::string{name} + "' is not supported yet"});
}

Findings finish(base::Result<Document, Findings> document, base::Result<Snapshot, Findings> snapshot,
                const CheckPort& port) {
  Findings findings = snapshot ? (*snapshot)->findings : snapshot.error();
  if (snapshot) Checker{**snapshot, port, findings}.run();
  if (document) unsupported(*document, findings);
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  return findings;
}

}  // namespace

Findings check(const std::string& directory, const CheckPort& port, const call::Variables& presets) {
  const auto file = (std::filesystem::path{directory} / "freeswitch.xml").string();
  return finish(Document::load(file, presets), load(directory, presets), port);
}

Findings check_text(std::string_view xml, const std::string& file, const std::string& directory,
                    const CheckPort& port, const call::Variables& presets) {
  return finish(Document::parse(xml, file, directory, presets), load_text(xml, file, directory, presets),
                port);
}

}  // namespace dialplan
