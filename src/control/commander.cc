#include "control/commander.h"

#include "base/text.h"
#include "dialplan/api_function.h"

namespace control {

base::Task<std::string> execute(House& house, std::string line) {
  const std::string_view text = base::trim(line);
  const auto space = text.find(' ');
  const std::string name{text.substr(0, space)};
  const std::string arguments{space == std::string_view::npos ? std::string_view{} : base::trim(text.substr(space + 1))};
  if (const auto* command = Command::find(name)) co_return co_await command->spec().run(house, arguments);
  if (const auto* api = dialplan::ApiFunction::find(name)) {
    auto context = house.shards.front().runtime->context();
    co_return api->spec().run(arguments, context);
  }
  const auto names = command_names();
  const auto near = base::nearest(name, names);
  co_return "-ERR " + name + " Command not found!" + (near.empty() ? "" : " Did you mean " + std::string{near} + "?") + "\n";
}

base::Task<void> Commander::live(std::string line, base::Function<void(std::string)> answer) {
  answer(co_await execute(house_, std::move(line)));
  house_.home().post(house_.home().id(), [this] { sweep(); });
}

void Commander::run(std::string line, base::Function<void(std::string)> answer) {
  if (running_.size() >= running_max) return answer("-ERR too many commands are running, try again\n");
  running_.push_back(live(std::move(line), std::move(answer)));
  running_.back().start();
}

void Commander::sweep() {
  running_.remove_if([](const auto& task) { return task.done(); });
}

}  // namespace control
