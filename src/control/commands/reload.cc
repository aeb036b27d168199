// control/commands/reload.cc - `reloadxml` and `shutdown`.
#include "control/command.h"

namespace control {
namespace {

base::Task<std::string> reload(House& house, std::string) {
  const auto wrong = house.reload();
  co_return wrong.empty() ? "+OK [Success]\n" : "-ERR nothing has changed:\n" + wrong;
}

base::Task<std::string> shut_down(House& house, std::string) {
  house.shut_down();
  co_return "+OK\n";
}

const Command reload_command{{"reloadxml", "", "Reads the configuration again; one with errors changes nothing.", reload}};
const Command shutdown_command{{"shutdown", "", "Hangs up all calls and stops the server.", shut_down}};

}  // namespace
}  // namespace control
