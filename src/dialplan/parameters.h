// dialplan/parameters.h - reading `<param name= value=>` lists into typed settings, with something to say
// about each.
#pragma once
#include <span>
#include <string_view>

#include "base/setting.h"
#include "dialplan/document.h"

namespace dialplan {

/// "'x' ..., did you mean 'y'?" added when a name is near.
inline std::string did_you_mean(std::string_view word, std::span<const std::string_view> names) {
  const auto near = base::nearest(word, names);
  return near.empty() ? std::string{} : ", did you mean '" + std::string{near} + "'?";
}

/// Sets the rows that `list`'s params name. A value that does not fit leaves the default and says so; a name
/// that only the reference knows is "not supported yet"; an empty value is the default.
template <class Struct>
void read_parameters(const Element& list, const base::Settings<Struct>& settings, Struct& into,
                     std::span<const std::string_view> known, std::string_view what, Findings& findings) {
  for (const auto& param : list.children("param")) {
    const auto name = param.attribute("name");
    const auto value = param.attribute("value");
    if (const auto* row = settings.find(name)) {
      if (base::trim(value).empty()) continue;
      if (const auto done = row->set(into, value); !done)
        findings.push_back(
            {Severity::warning, param.place("value"),
             std::string{name} + ": " + done.error().message + "; " +
                 (row->fallback().empty() ? "it is left empty" : row->fallback() + " is used")});
      continue;
    }
    const bool is_known =
        std::any_of(known.begin(), known.end(), [&](auto each) { return base::same(each, name); });
    if (is_known) {
      findings.push_back({Severity::note, param.place("name"),
                          std::string{what} + " parameter '" + std::string{name} + "' is not supported yet"});
      continue;
    }
    std::vector<std::string_view> candidates{known.begin(), known.end()};
    for (const auto& each : settings.rows()) candidates.push_back(each.name());
    findings.push_back({Severity::warning, param.place("name"),
                        "unknown " + std::string{what} + " parameter '" + std::string{name} + "'" +
                            did_you_mean(name, candidates)});
  }
}

}  // namespace dialplan
