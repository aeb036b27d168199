// main/lists.h - network lists of the configuration as questions that the rooms below can ask.
#pragma once
#include <functional>
#include <string>

#include "dialplan/configuration.h"

namespace ahoy {

/// Whether one of `lists` (names or networks, with commas) lets an address in; empty when there is no list.
std::function<bool(const base::Ip&)> admitted_by(dialplan::Snapshot configuration, std::string lists);

}  // namespace ahoy
