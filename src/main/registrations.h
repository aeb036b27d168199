// main/registrations.h - what a profile says about registrations, as the registrar understands it.
#pragma once
#include "dialplan/configuration.h"
#include "location/pinger.h"
#include "location/registrar.h"

namespace ahoy {

/// `configuration` holds the profile and its access lists, and is kept by the answer.
location::RegistrarSettings registrar_settings(const dialplan::Profile& profile, dialplan::Snapshot configuration);

/// sip-expires-late-margin of the profile of that name.
std::chrono::seconds expiry_margin(const dialplan::Configuration& configuration, std::string_view profile);

/// nat-options-ping, all-reg-options-ping, ping-mean-interval and unregister-on-options-fail of the profile of that name.
location::PingPolicy ping_policy(const dialplan::Configuration& configuration, std::string_view profile);

}  // namespace ahoy
