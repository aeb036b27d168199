// dialplan/check.h - `ahoy check`: everything that is wrong or not supported, with file:line:column.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "call/variables.h"
#include "dialplan/hunt.h"
#include "dialplan/place.h"

namespace dialplan {

struct CheckPort {
  /// What is known of an application; empty function: applications are not checked.
  std::function<Standing(std::string_view application)> standing;
  /// All application names, for "did you mean".
  std::vector<std::string_view> applications;
};

/// Reads `directory`/freeswitch.xml. Sorted by file and line; a directory that cannot be loaded gives an
/// error in it.
Findings check(const std::string& directory, const CheckPort& port, const call::Variables& presets = {});
/// The same for text.
Findings check_text(std::string_view xml, const std::string& file, const std::string& directory,
                    const CheckPort& port, const call::Variables& presets = {});

}  // namespace dialplan
