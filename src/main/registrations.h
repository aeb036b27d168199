// main/registrations.h - what a profile says about registrations, as the registrar understands it.
#pragma once
#include "dialplan/configuration.h"
#include "location/registrar.h"

namespace ahoy {

/// `configuration` holds the profile and its access lists, and is kept by the answer.
location::RegistrarSettings registrar_settings(const dialplan::Profile& profile, dialplan::Snapshot configuration);

}  // namespace ahoy
