#include "main/presence.h"

#include "location/location.h"

namespace ahoy {

sip::SubscriptionLimits subscription_limits(const dialplan::Profile& profile) {
  sip::SubscriptionLimits limits;
  limits.notify_gap = profile.settings.notify_min_interval;
  limits.expires_max = std::chrono::duration_cast<std::chrono::seconds>(profile.settings.force_subscription_expires);
  limits.expires_default = std::min(limits.expires_default, limits.expires_max);
  return limits;
}

presence::MessageNotices::Wanted notices_wanted(const dialplan::Profile& profile) {
  using Query = dialplan::ProfileSettings::MessageQuery;
  using Wanted = presence::MessageNotices::Wanted;
  switch (profile.settings.send_message_query_on_register) {
    case Query::always: return Wanted::at_each_registration;
    case Query::first: return Wanted::at_the_first;
    default: return Wanted::never;
  }
}

std::vector<std::string> members_of(const dialplan::Configuration& configuration, std::string_view group, std::string_view domain) {
  std::vector<std::string> members;
  if (const auto* found = configuration.directory.group(group, domain))
    for (const auto* user : found->users) members.push_back(location::address_of_record(user->id, domain));
  return members;
}

}  // namespace ahoy
