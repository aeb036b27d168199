#include "control/command.h"

#include <algorithm>

#include "base/text.h"
#include "dialplan/api_function.h"

namespace control {

const Command* Command::find(std::string_view name) {
  for (const Command* command = first_; command; command = command->next_)
    if (base::same(command->spec_.name, name)) return command;
  return nullptr;
}

std::vector<std::string_view> command_names() {
  std::vector<std::string_view> names;
  for (const auto* command = Command::first(); command; command = command->next()) names.push_back(command->spec().name);
  for (const auto* api = dialplan::ApiFunction::first(); api; api = api->next()) names.push_back(api->spec().name);
  std::ranges::sort(names);
  return names;
}

std::string usage_of(const Command::Spec& spec) {
  return "-USAGE: " + std::string{spec.name} + " " + std::string{spec.usage} + "\n";
}

std::string print_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows) {
  const auto line = [](const std::vector<std::string>& cells) {
    std::string text;
    for (const auto& cell : cells) text.append(text.empty() ? "" : ",").append(cell.empty() ? " " : cell);
    return text + "\n";
  };
  std::string text;
  if (!rows.empty()) text = line(columns);
  for (const auto& row : rows) text += line(row);
  return text + "\n" + std::to_string(rows.size()) + " total.\n";
}

}  // namespace control
