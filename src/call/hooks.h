// call/hooks.h - execute_on_*: applications that variables of a leg ask for when something happens to it.
#pragma once
#include <string_view>

#include "call/leg.h"

namespace call {

/// Runs what every variable whose name begins with `event` ("execute_on_answer", "execute_on_answer_1") says, elements
/// of arrays one by one: `application data` now, `application::data` when the present work is done. An application that
/// waits runs after those the leg is running.
void execute_hooks(Leg& leg, std::string_view event);

}  // namespace call
