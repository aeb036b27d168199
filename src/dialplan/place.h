// dialplan/place.h - where something stands in the operator's files, and what is to be said about it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dialplan {

/// File, line and column (both from 1) of the original source, before any preprocessing.
struct Place {
  std::string file;
  std::uint32_t line = 0, column = 0;
  /// "file:line:column"
  std::string text() const;
  bool operator==(const Place&) const = default;
};

enum class Severity : std::uint8_t { note, warning, error };
std::string_view name(Severity severity);

struct Finding {
  Severity severity = Severity::warning;
  Place place;
  std::string message;
  /// "file:line:column: warning: message"
  std::string text() const;
};
using Findings = std::vector<Finding>;

bool any_error(const Findings& findings);

}  // namespace dialplan
