// presence/message_summary.h - messages that wait, as text: RFC 3842 section 5.2.
#pragma once
#include <string>
#include <string_view>

#include "presence/resource.h"

namespace presence {

inline constexpr std::string_view message_summary_type = "application/simple-message-summary";

std::string message_summary(std::string_view aor, const MessageCounts& counts);

}  // namespace presence
