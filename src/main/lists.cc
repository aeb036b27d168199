#include "main/lists.h"

namespace ahoy {

std::function<bool(const base::Ip&)> admitted_by(dialplan::Snapshot configuration, std::string lists) {
  if (lists.empty()) return {};
  return [configuration = std::move(configuration), lists = std::move(lists)](const base::Ip& ip) {
    return configuration->acls.admit(ip, lists).has_value();
  };
}

}  // namespace ahoy
