// dialplan/place.cc - places and findings as text.
#include "dialplan/place.h"

#include <algorithm>

namespace dialplan {

std::string Place::text() const {
  return file + ':' + std::to_string(line) + ':' + std::to_string(column);
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::note: return "note";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
  }
  return "";
}

std::string Finding::text() const {
  return place.text() + ": " + std::string{name(severity)} + ": " + message;
}

bool any_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

}  // namespace dialplan
