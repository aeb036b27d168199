// control/command.h - the command table: one row a command, for the console now, the event socket and HTTP later.
//
// One at namespace scope registers itself. Commands that need the whole server (several shards) are here; functions
// that need at most one call are dialplan::ApiFunction, which every view of the table runs too. Answers are
// FreeSWITCH's words where it has the command: `+OK ...`, `-ERR ...`, `-USAGE: ...`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/task.h"
#include "control/house.h"

namespace control {

class Command {
 public:
  using Run = base::Task<std::string> (*)(House& house, std::string arguments);
  struct Spec {
    std::string_view name, usage, help;
    Run run = nullptr;
  };

  explicit Command(const Spec& spec) : spec_{spec}, next_{first_} { first_ = this; }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  const Spec& spec() const { return spec_; }
  /// Names are compared without regard to case.
  static const Command* find(std::string_view name);
  static const Command* first() { return first_; }
  const Command* next() const { return next_; }

 private:
  Spec spec_;
  const Command* next_;
  static inline constinit const Command* first_ = nullptr;
};

/// Names of all commands and API functions, sorted.
std::vector<std::string_view> command_names();

std::string usage_of(const Command::Spec& spec);

/// "name,name\nrow,row\n\n2 total.\n": how `show` prints a table.
std::string print_table(const std::vector<std::string>& columns, const std::vector<std::vector<std::string>>& rows);

}  // namespace control
