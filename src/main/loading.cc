#include "main/loading.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <unistd.h>

#include <bit>
#include <cstring>

#include "dialplan/application.h"
#include "main/profiles.h"

namespace ahoy {

namespace {

std::string host_name() {
  char name[256] = "localhost";
  gethostname(name, sizeof name - 1);
  return name;
}

/// "192.0.2.7/24,10.0.0.1/8": the IPv4 networks of the interfaces that are up.
std::string own_networks() {
  std::string networks;
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return networks;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    if (!entry->ifa_addr || !entry->ifa_netmask || entry->ifa_addr->sa_family != AF_INET || (entry->ifa_flags & IFF_UP) == 0) continue;
    base::Ip ip = base::Ip::v4(0, 0, 0, 0);
    std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, 4);
    const auto mask = reinterpret_cast<const sockaddr_in*>(entry->ifa_netmask)->sin_addr.s_addr;
    networks.append(networks.empty() ? "" : ",").append(ip.text()).append("/").append(std::to_string(std::popcount(mask)));
  }
  freeifaddrs(list);
  return networks;
}

}  // namespace

call::Variables presets(const std::string& config_dir, const std::string& state_dir) {
  const std::string ip = own_address().text();
  call::Variables all;
  all.set("local_ip_v4", ip);
  all.set("local_ip_v6", "::1");
  all.set("local_networks", own_networks());
  all.set("hostname", host_name());
  all.set("local_hostname", host_name());
  all.set("core_uuid", "ahoy");
  all.set("conf_dir", config_dir);
  all.set("state_dir", state_dir);
  all.set("base_dir", state_dir);
  all.set("log_dir", state_dir + "/log");
  all.set("db_dir", state_dir);
  all.set("recordings_dir", state_dir + "/recordings");
  all.set("sounds_dir", state_dir + "/sounds");
  all.set("sound_prefix", state_dir + "/sounds");
  all.set("storage_dir", state_dir + "/storage");
  all.set("temp_dir", "/tmp");
  all.set("domain", ip);
  return all;
}

dialplan::CheckPort check_port() {
  dialplan::CheckPort port;
  port.standing = [](std::string_view name) {
    const auto* found = dialplan::Application::find(name);
    if (!found) return dialplan::Standing::unknown;
    return found->safe_in_routing() ? dialplan::Standing::routing_safe : dialplan::Standing::known;
  };
  for (const auto* application = dialplan::Application::first(); application; application = application->next())
    port.applications.push_back(application->spec().name);
  return port;
}

base::Result<dialplan::Snapshot, dialplan::Findings> load_configuration(const std::string& config_dir,
                                                                        const std::string& state_dir) {
  return dialplan::load(config_dir, presets(config_dir, state_dir));
}

}  // namespace ahoy
