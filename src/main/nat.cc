#include "main/nat.h"

#include "base/text.h"
#include "main/lists.h"

namespace ahoy {

std::function<bool(const base::Ip&)> local_peers(const dialplan::Profile& profile, dialplan::Snapshot configuration) {
  const auto& list = profile.settings.local_network_acl;
  if (base::same(list, "none")) return {};
  return admitted_by(std::move(configuration), list);
}

std::function<bool(const base::Ip&)> unreachable_contacts(const dialplan::Profile& profile,
                                                          dialplan::Snapshot configuration) {
  return admitted_by(std::move(configuration), profile.settings.apply_nat_acl);
}

void advertise(endpoint::SipEndpoint& endpoint, const std::vector<endpoint::PointId>& points,
               const dialplan::Profile& profile, const dialplan::Snapshot& configuration,
               const ExternalAddresses::Known& external) {
  const auto& settings = profile.settings;
  const auto host = external_host(settings.ext_sip_ip, external);
  for (const auto point : points) {
    const bool ipv4 = endpoint.point(point).local.ip.family == base::Family::ipv4;
    const bool differs = (host && ipv4) || settings.ext_sip_port != 0;
    endpoint.advertise(point, ipv4 ? host.value_or("") : std::string{}, settings.ext_sip_port,
                       {differs ? local_peers(profile, configuration) : nullptr, unreachable_contacts(profile, configuration),
                        admitted_by(configuration, settings.apply_proxy_acl)});
  }
}

}  // namespace ahoy
