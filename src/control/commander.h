// control/commander.h - runs command lines for whoever sends them and keeps the coroutines alive until they answer.
#pragma once
#include <list>
#include <string>

#include "base/function.h"
#include "base/task.h"
#include "control/command.h"

namespace control {

class Commander {
 public:
  /// Commands under way at the same time; one more is told to wait.
  static constexpr std::size_t running_max = 64;

  explicit Commander(House& house) : house_{house} {}

  /// `answer` is called once, on the control shard, perhaps before this returns.
  void run(std::string line, base::Function<void(std::string)> answer);
  std::size_t running() const { return running_.size(); }

 private:
  base::Task<void> live(std::string line, base::Function<void(std::string)> answer);
  void sweep();

  House& house_;
  std::list<base::Task<void>> running_;
};

/// What a line answers; commands first, then API functions.
base::Task<std::string> execute(House& house, std::string line);

}  // namespace control
