// control/commands/sofia.cc - `sofia status ...` and `sofia profile ...`, with FreeSWITCH's answers.
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "control/command.h"
#include "location/gateways.h"

namespace control {
namespace {

constexpr std::string_view line = "=================================================================================================\n";

using Statuses = std::map<std::string, location::GatewayStatus, std::less<>>;

const Statuses& gateways(House& house) { return house.shards.front().gateways->all(); }
const call::Switch& calls(House& house) { return *house.shards.front().calls; }

/// The configured gateway behind a status; null when a reload took it away.
const call::Gateway* configured(House& house, const location::GatewayStatus& status) {
  const auto* profile = calls(house).profile(status.profile);
  return profile ? profile->gateway(status.name) : nullptr;
}

std::string address_of(const call::Gateway& gateway) {
  const auto uri = sip::Uri::sip(gateway.from_user, gateway.proxy.host(), gateway.proxy.port().value_or(0));
  return std::string{uri.text()};
}

std::string url_of(House& house, const call::Profile& profile) {
  const auto& point = house.shards.front().endpoint->point(profile.points.front());
  return "sip:ahoy@" + point.local.text();
}

double milliseconds(base::Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

std::string status_all(House& house) {
  std::string out = "                     Name\t   Type\t                                      Data\tState\n" + std::string{line};
  std::set<std::string> seen;
  const auto row = [&](std::string_view name, std::string_view type, std::string_view data, std::string_view state) {
    out += fmt::format("{:>25}\t{:>7}\t{:>42}\t{}\n", name, type, data, state);
  };
  std::size_t profiles = 0, aliases = 0;
  for (const auto& profile : calls(house).profiles()) {
    if (!seen.insert(profile->name).second || profile->points.empty()) continue;
    ++profiles;
    row(profile->name, "profile", url_of(house, *profile), "RUNNING (0)");
    for (const auto& [name, status] : gateways(house))
      if (const auto* gateway = configured(house, status); gateway && status.profile == profile->name)
        row(profile->name + "::" + name, "gateway", address_of(*gateway), sip::name(status.state));
  }
  if (const auto& configuration = house.shards.front().runtime->configuration())
    for (const auto& profile : configuration->profiles)
      for (const auto& alias : profile.aliases) {
        ++aliases;
        row(alias, "alias", profile.name, "ALIASED");
      }
  out += std::string{line} + fmt::format("{} profile{} {} alias{}\n", profiles, profiles == 1 ? "" : "s", aliases, aliases == 1 ? "" : "es");
  return out;
}

std::string status_gateways(House& house) {
  std::string out = "    Profile::Gateway-Name\t                        Data    \tState\tPing Time\tIB Calls(F/T)\tOB Calls(F/T)\n";
  out += line;
  location::GatewayStatus sum;
  std::size_t count = 0;
  for (const auto& [name, status] : gateways(house)) {
    const auto* gateway = configured(house, status);
    if (!gateway) continue;
    ++count;
    sum.calls_in += status.calls_in;
    sum.failed_in += status.failed_in;
    sum.calls_out += status.calls_out;
    sum.failed_out += status.failed_out;
    out += fmt::format("{:>25}\t{:>32}\t{}\t{:>6.2f}\t{}/{}\t{}/{}\n", status.profile + "::" + name, address_of(*gateway),
                       sip::name(status.state), milliseconds(status.round_trip), status.failed_in, status.calls_in,
                       status.failed_out, status.calls_out);
  }
  out += line;
  return out + fmt::format("{} gateway{}: Inbound(Failed/Total): {}/{},Outbound(Failed/Total):{}/{}\n", count,
                           count == 1 ? "" : "s", sum.failed_in, sum.calls_in, sum.failed_out, sum.calls_out);
}

std::string status_gateway(House& house, std::string_view name) {
  if (const auto colons = name.find("::"); colons != std::string_view::npos) name.remove_prefix(colons + 2);
  const auto* status = house.shards.front().gateways->find(name);
  const auto* gateway = status ? configured(house, *status) : nullptr;
  if (!gateway) return "Invalid Gateway!\n";
  const auto now = house.home().now();
  const auto wall = std::chrono::duration_cast<std::chrono::seconds>(house.home().wall_clock() - (now - status->pinged));
  const auto seconds = [](base::Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); };
  std::string out{line};
  const auto row = [&](std::string_view title, const auto& value) { out += fmt::format("{}\t{}\n", title, value); };
  const auto& account = gateway->account;
  row("Name    ", name);
  row("Profile ", status->profile);
  row("Scheme  ", "Digest");
  row("Realm   ", gateway->from_domain);
  row("Username", account.user);
  row("Password", account.secret.password.empty() ? "no" : "yes");
  row("From    ", "<sip:" + gateway->from_user + "@" + gateway->from_domain + ">");
  row("Contact ", "<" + std::string{status->contact.text()} + ">");
  row("Exten   ", gateway->extension);
  row("To      ", address_of(*gateway));
  row("Proxy   ", gateway->proxy.text());
  row("Context ", gateway->context.empty() ? calls(house).profile(status->profile)->context : gateway->context);
  row("Expires ", status->expires.count());
  row("Freq    ", (status->granted.count() != 0 ? status->granted : status->expires).count());
  row("Ping    ", status->pinged == base::Time{} ? 0 : wall.count());
  row("PingFreq", seconds(status->ping_interval));
  row("PingTime", fmt::format("{:.2f}", milliseconds(status->round_trip)));
  row("PingState", fmt::format("{}/{}/{}", status->ping_min, status->ping_count, status->ping_max));
  row("State   ", sip::name(status->state));
  row("Status  ", status->up ? "UP" : "DOWN");
  row("Uptime  ", fmt::format("{}s", status->up ? seconds(now - status->since) : 0));
  row("CallsIN ", status->calls_in);
  row("CallsOUT", status->calls_out);
  row("FailedCallsIN", status->failed_in);
  row("FailedCallsOUT", status->failed_out);
  return out + std::string{line};
}

std::string status_profile(House& house, std::string_view name) {
  const auto* profile = calls(house).profile(name);
  if (!profile || profile->points.empty()) return "Invalid Profile!\n";
  const auto& endpoint = *house.shards.front().endpoint;
  const auto& point = endpoint.point(profile->points.front());
  std::string out{line};
  const auto row = [&](std::string_view title, const auto& value) { out += fmt::format("{:<17}\t{}\n", title, value); };
  row("Name", profile->name);
  row("Domain Name", profile->domain.empty() ? "N/A" : profile->domain);
  row("Dialplan", profile->dialplan);
  row("Context", profile->context);
  row("Challenge Realm", profile->realm.empty() ? "auto_to" : profile->realm);
  row("RTP-IP", profile->media.local.text());
  row("Ext-RTP-IP", profile->media.advertised.text());
  row("SIP-IP", point.local.ip.text());
  row("Ext-SIP-IP", point.advertised_host.empty() ? point.local.ip.text() : point.advertised_host);
  row("URL", url_of(house, *profile));
  row("OUTBOUND-PROXY", profile->outbound_proxy.empty() ? "N/A" : profile->outbound_proxy);
  row("DTMF-MODE", profile->dtmf_type);
  row("HOLD-MUSIC", profile->hold_music.empty() ? "N/A" : profile->hold_music);
  return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto word : base::split(text, ' '))
    if (!word.empty()) words.push_back(word);
  return words;
}

std::string status(House& house, const std::vector<std::string_view>& words) {
  if (words.size() == 1) return status_all(house);
  if (words[1] == "gateway" && words.size() > 2) return status_gateway(house, words[2]);
  if (words[1] == "profile" && words.size() > 2) return status_profile(house, words[2]);
  return status_gateways(house);
}

std::string profile(House& house, const std::vector<std::string_view>& words) {
  const auto* known = words.size() > 1 ? calls(house).profile(words[1]) : nullptr;
  if (!known) return fmt::format("-ERR Invalid Profile [{}]\n", words.size() > 1 ? words[1] : "");
  const auto what = words.size() > 2 ? words[2] : std::string_view{};
  if (what == "rescan") {
    const auto wrong = house.reload();
    return wrong.empty() ? "+OK scan complete\n" : "-ERR nothing has changed:\n" + wrong;
  }
  auto& all = *house.shards.front().gateways;
  const auto name = words.size() > 3 ? words[3] : std::string_view{};
  if (what == "register") return all.register_now(known->name, name) ? "+OK\n" : "Invalid gateway!\n";
  if (what == "unregister") return all.unregister(known->name, name) ? "+OK\n" : "Invalid gateway!\n";
  if (what == "killgw") return all.kill(known->name, name) ? "+OK gateway marked for deletion.\n" : "Invalid gateway!\n";
  return fmt::format("-ERR Unknown command [{}]\n", what);
}

base::Task<std::string> sofia(House& house, std::string arguments);

const Command command{{"sofia",
                       "status [profile <name>|gateway [<name>]] | profile <name> rescan|[register|unregister|killgw] "
                       "<gateway>|all",
                       "SIP profiles and gateways.", sofia}};

base::Task<std::string> sofia(House& house, std::string arguments) {
  const auto words = words_of(arguments);
  if (words.empty() || words[0] == "help") co_return usage_of(command.spec());
  if (words[0] == "status") co_return status(house, words);
  if (words[0] == "profile") co_return profile(house, words);
  co_return fmt::format("Unknown Command [{}]\n", words[0]);
}

}  // namespace
}  // namespace control
