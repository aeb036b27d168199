// presence/message_summary_package.cc - the event package "message-summary": messages that wait. RFC 3842.
#include <fmt/format.h>

#include "presence/event_package.h"
#include "presence/message_summary.h"

namespace presence {

std::string message_summary(std::string_view aor, const MessageCounts& counts) {
  return fmt::format("Messages-Waiting: {}\r\nMessage-Account: {}\r\nVoice-Message: {}/{} ({}/{})\r\n",
                     counts.fresh != 0 || counts.urgent_fresh != 0 ? "yes" : "no", uri_of(aor), counts.fresh, counts.old,
                     counts.urgent_fresh, counts.urgent_old);
}

namespace {

std::string describe(const Telling& telling) { return message_summary(telling.aor, telling.now.messages); }

bool differ(const Resource& before, const Resource& now) { return before.messages != now.messages; }

const EventPackage package{{"message-summary", message_summary_type, {Aspect::messages}, Audience::owner, differ, describe}};

}  // namespace
}  // namespace presence
