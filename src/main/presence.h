// main/presence.h - what a profile and the directory say of subscriptions and waiting messages, for the room presence.
#pragma once
#include <string>
#include <vector>

#include "dialplan/configuration.h"
#include "presence/message_notices.h"
#include "sip/subscription/notifier.h"

namespace ahoy {

/// notify-min-interval and force-subscription-expires.
sip::SubscriptionLimits subscription_limits(const dialplan::Profile& profile);
/// send-message-query-on-register.
presence::MessageNotices::Wanted notices_wanted(const dialplan::Profile& profile);
/// A group of the directory is a resource list: addresses of record of its users; empty when there is no such group.
std::vector<std::string> members_of(const dialplan::Configuration& configuration, std::string_view group, std::string_view domain);

}  // namespace ahoy
