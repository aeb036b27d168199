#include "main/registrations.h"

#include "main/lists.h"

namespace ahoy {

location::RegistrarSettings registrar_settings(const dialplan::Profile& profile, dialplan::Snapshot configuration) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const auto& from = profile.settings;
  location::RegistrarSettings settings;
  settings.disabled = from.disable_register;
  settings.accept_blind = from.accept_blind_reg;
  settings.realm = from.challenge_realm;
  settings.domain = from.force_register_domain;
  // Stricter than the reference, which lets any user of a domain register any other unless
  // inbound-reg-force-matching-username is set.
  settings.own_name_only = true;
  settings.multiple = from.multiple_registrations;
  settings.registrations_max = from.max_registrations_per_extension;
  settings.expires_forced = duration_cast<seconds>(from.sip_force_expires);
  settings.expires_min = duration_cast<seconds>(from.sip_force_expires_min);
  settings.expires_max = duration_cast<seconds>(from.sip_force_expires_max);
  settings.late_margin = duration_cast<seconds>(from.sip_expires_late_margin);
  settings.trusted = admitted_by(std::move(configuration), from.apply_register_acl);
  return settings;
}

std::chrono::seconds expiry_margin(const dialplan::Configuration& configuration, std::string_view name) {
  const auto* profile = configuration.profile(name);
  return profile ? std::chrono::duration_cast<std::chrono::seconds>(profile->settings.sip_expires_late_margin) : std::chrono::seconds{0};
}

location::PingPolicy ping_policy(const dialplan::Configuration& configuration, std::string_view name) {
  const auto* profile = configuration.profile(name);
  if (!profile) return {};
  const auto& from = profile->settings;
  return {from.nat_options_ping, from.all_reg_options_ping, from.ping_mean_interval, from.unregister_on_options_fail};
}

}  // namespace ahoy
