// main/settings_command.cc - `ahoy settings`: the reference of every setting, from the rows that parse them.
#include <fmt/format.h>

#include "dialplan/guard.h"
#include "dialplan/profile.h"
#include "main/commands.h"

namespace ahoy {

namespace {

/// A '|' would end a cell of the table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '|' ? std::string{"\\|"} : std::string(1, c);
  return out.empty() ? " " : out;
}

template <class Struct>
void print(std::string_view title, const base::Settings<Struct>& settings) {
  fmt::print("## {}\n\n| name | unit | default | range | takes effect | meaning |\n|---|---|---|---|---|---|\n", title);
  for (const auto& row : settings.rows())
    fmt::print("| {} | {} | {} | {} | {} | {} |\n", row.name(), cell(row.unit()), cell(row.fallback()), cell(row.range()),
               base::name(row.apply()), cell(row.help()));
  fmt::print("\n");
}

}  // namespace

int settings() {
  fmt::print("# Settings\n\nPrinted by `ahoy settings`.\n\n");
  print("SIP profiles (sip_profiles/*.xml)", dialplan::profile_settings());
  print("Gateways", dialplan::gateway_settings());
  print("The whole server (autoload_configs/switch.conf.xml)", dialplan::core_settings());
  print("Who is kept out (autoload_configs/guard.conf.xml)", dialplan::guard_settings());
  return 0;
}

}  // namespace ahoy
