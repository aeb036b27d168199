#include "main/nat.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/text.h"
#include "main/lists.h"

namespace ahoy {

namespace {

std::vector<dialplan::Network> own_networks() {
  std::vector<dialplan::Network> networks;
  for (const auto* always : {"127.0.0.0/8", "::1/128"}) networks.push_back(*dialplan::Network::parse(always));
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return networks;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || !entry->ifa_netmask || entry->ifa_addr->sa_family != AF_INET ||
        (entry->ifa_flags & IFF_UP) == 0)
      continue;
    dialplan::Network network;
    std::memcpy(network.ip.bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, 4);
    network.bits =
        static_cast<unsigned>(std::popcount(reinterpret_cast<const sockaddr_in*>(entry->ifa_netmask)->sin_addr.s_addr));
    networks.push_back(network);
  }
  freeifaddrs(list);
  return networks;
}

}  // namespace

std::function<bool(const base::Ip&)> local_peers(const dialplan::Profile& profile, dialplan::Snapshot configuration) {
  const auto& list = profile.settings.local_network_acl;
  if (list.empty() || base::same(list, "none")) return {};
  if (!base::same(list, "localnet.auto"))
    return admitted_by(std::move(configuration), list);
  return [networks = own_networks()](const base::Ip& ip) {
    return std::ranges::any_of(networks, [&](const auto& network) { return network.holds(ip); });
  };
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
