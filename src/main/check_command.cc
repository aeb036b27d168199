// main/check_command.cc - `ahoy check DIR`.
#include <fmt/format.h>

#include <filesystem>

#include "main/commands.h"
#include "main/loading.h"

namespace ahoy {

int check(const std::string& config_dir, bool warnings_as_errors) {
  if (!std::filesystem::exists(std::filesystem::path{config_dir} / "freeswitch.xml")) {
    fmt::print(stderr, "{} holds no freeswitch.xml: name the folder that does\n", config_dir);
    return 2;
  }
  std::size_t errors = 0, warnings = 0;
  for (const auto& finding : dialplan::check(config_dir, check_port(), presets(config_dir, config_dir))) {
    fmt::print("{}\n", finding.text());
    errors += finding.severity == dialplan::Severity::error ? 1U : 0U;
    warnings += finding.severity == dialplan::Severity::warning ? 1U : 0U;
  }
  fmt::print("{}: {} error{}, {} warning{}\n", config_dir, errors, errors == 1 ? "" : "s", warnings,
             warnings == 1 ? "" : "s");
  return errors > 0 || (warnings_as_errors && warnings > 0) ? 1 : 0;
}

}  // namespace ahoy
