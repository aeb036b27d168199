#include "main/profiles.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "call/media/codec_prefs.h"
#include "main/gateways.h"
#include "main/lists.h"
#include "main/nat.h"

namespace ahoy {

namespace {

bool is_auto(std::string_view text) { return text.empty() || base::same(text, "auto") || base::same(text, "auto-nat"); }

std::optional<base::Ip> address_of(std::string_view text) {
  if (is_auto(text)) return own_address();
  return base::Ip::parse(text);
}

/// ":7443" is that port of `ip`; "192.0.2.1:7443" that address, for the point of its family. The error is a sentence.
base::Result<std::optional<base::Address>, std::string> binding_of(std::string_view text, const base::Ip& ip) {
  text = base::trim(text);
  if (text.empty()) return std::optional<base::Address>{};
  const auto port = text.starts_with(':') ? base::to_number<std::uint16_t>(text.substr(1)) : std::nullopt;
  if (port) return std::optional{base::Address{ip, *port}};
  const auto full = base::Address::parse(text);
  if (!full) return base::Unexpected<std::string>{"'" + std::string{text} + "' is no address (\":7443\", \"192.0.2.1:7443\")"};
  return full->ip.family == ip.family ? full : std::nullopt;
}

std::uint16_t tls_port_of(const dialplan::ProfileSettings& settings) {
  if (settings.tls_sip_port != 0 || settings.sip_port == 0) return settings.tls_sip_port;
  return static_cast<std::uint16_t>(settings.sip_port + 1);
}

base::Result<endpoint::ListeningPoint, std::string> point_of(const dialplan::Profile& profile, const base::Ip& ip) {
  const auto& settings = profile.settings;
  endpoint::ListeningPoint point;
  point.profile = profile.name;
  point.local = {ip, settings.sip_port};
  point.udp = point.tcp = !settings.tls_only;
  if (settings.tls) point.tls = {ip, tls_port_of(settings)};
  for (const auto& [name, text, into] : {std::tuple{"ws-binding", &settings.ws_binding, &point.ws},
                                         std::tuple{"wss-binding", &settings.wss_binding, &point.wss}}) {
    const auto binding = binding_of(*text, ip);
    if (!binding) return base::Unexpected<std::string>{"profile " + profile.name + ": " + name + ": " + binding.error()};
    *into = *binding;
  }
  point.force_rport = settings.ndlb_force_rport;
  point.user_agent = settings.user_agent_string;
  point.timing.t1 = settings.timer_t1;
  point.timing.t2 = settings.timer_t2;
  point.timing.t4 = settings.timer_t4;
  point.timing.t1x64 = settings.timer_t1x64;
  return point;
}

std::vector<sdp::Codec> codecs_of(std::string_view profile, std::string_view text) {
  auto prefs = call::parse_codec_prefs(text);
  for (const auto& name : prefs.unknown)
    base::log::info("config", "profile {}: codec {} is not decoded; it is passed on where both sides have it", profile,
                    name);
  if (prefs.codecs.empty()) prefs = call::parse_codec_prefs("PCMU,PCMA");
  return std::move(prefs.codecs);
}

}  // namespace

base::Ip own_address() {
  ifaddrs* list = nullptr;
  base::Ip best = base::Ip::v4(127, 0, 0, 1);
  if (getifaddrs(&list) != 0) return best;
  for (const ifaddrs* entry = list; entry; entry = entry->ifa_next) {
    const bool usable = entry->ifa_addr && entry->ifa_addr->sa_family == AF_INET && (entry->ifa_flags & IFF_UP) != 0 &&
                        (entry->ifa_flags & IFF_LOOPBACK) == 0;
    if (!usable) continue;
    std::memcpy(best.bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr, 4);
    break;
  }
  freeifaddrs(list);
  return best;
}

base::Result<std::vector<endpoint::ListeningPoint>, std::string> listening_points(const dialplan::Profile& profile) {
  if (profile.settings.tls_only && !profile.settings.tls && profile.settings.wss_binding.empty())
    return base::Unexpected<std::string>{"profile " + profile.name + ": tls-only without tls leaves nothing to listen on"};
  if (!base::same(profile.settings.tls_bind_params, "transport=tls") && !profile.settings.tls_bind_params.empty())
    base::log::warn("config", "profile {}: tls-bind-params '{}' has no effect", profile.name, profile.settings.tls_bind_params);
  std::vector<endpoint::ListeningPoint> points;
  const std::string addresses = profile.settings.sip_ip.empty() ? "auto" : profile.settings.sip_ip;
  for (const auto item : base::split(addresses, ',')) {
    const auto ip = address_of(base::trim(item));
    if (!ip)
      return base::Unexpected<std::string>{"profile " + profile.name + ": sip-ip '" + std::string{item} +
                                           "' is no address"};
    auto point = point_of(profile, *ip);
    if (!point) return base::Unexpected<std::string>{point.error()};
    points.push_back(std::move(*point));
  }
  return points;
}

std::string listing(const endpoint::ListeningPoint& point) {
  std::string text;
  const auto add = [&](const std::string& address, std::string_view what) {
    text.append(text.empty() ? "" : ", ").append(address).append(" (").append(what).append(")");
  };
  if (point.udp || point.tcp)
    add(point.local.text(), !point.tcp ? "UDP" : !point.udp ? "TCP" : "UDP and TCP");
  if (point.tls) add(point.tls->text(), "TLS");
  if (point.ws) add(point.ws->text(), "WS");
  if (point.wss) add(point.wss->text(), "WSS");
  return text;
}

endpoint::Transports::Limits connection_limits(const dialplan::Configuration& configuration) {
  endpoint::Transports::Limits limits{0, 0};
  for (const auto& profile : configuration.profiles) {
    limits.connections = std::max<std::size_t>(limits.connections, profile.settings.max_connections);
    limits.connections_per_address =
        std::max<std::size_t>(limits.connections_per_address, profile.settings.max_connections_per_address);
  }
  return limits;
}

std::shared_ptr<const call::Profile> call_profile(const dialplan::Profile& profile, const dialplan::Snapshot& configuration,
                                                  std::vector<endpoint::PointId> points,
                                                  const ExternalAddresses::Known& external,
                                                  const location::Gateways& gateways) {
  const std::string default_domain{configuration->globals.get("domain")};
  const auto& settings = profile.settings;
  auto made = std::make_shared<call::Profile>();
  made->name = profile.name;
  made->points = std::move(points);
  made->context = settings.context;
  made->dialplan = settings.dialplan;
  made->domain = settings.force_register_domain.empty() ? default_domain : settings.force_register_domain;
  const bool fixed_realm = !base::same(settings.challenge_realm, "auto_from") && !base::same(settings.challenge_realm, "auto_to");
  if (fixed_realm) made->realm = settings.challenge_realm;
  made->auth_calls = settings.auth_calls;
  made->user_agent = settings.user_agent_string;
  made->caller_id_type = settings.caller_id_type.empty() ? "rpid" : settings.caller_id_type;
  made->use_call_id_as_uuid = settings.inbound_use_callid_as_uuid;
  made->session.reliable_provisionals = settings.enable_100rel;
  made->session.follows_redirects = !settings.manual_redirect;
  made->session.timer = {settings.enable_timer, std::chrono::duration_cast<std::chrono::seconds>(settings.session_timeout),
                         std::chrono::duration_cast<std::chrono::seconds>(settings.minimum_session_expires)};
  made->disable_transfer = settings.disable_transfer;
  made->disable_hold = settings.disable_hold;
  made->hold_music = settings.hold_music;
  made->outbound_proxy = settings.outbound_proxy;
  if (!settings.apply_inbound_acl.empty())
    made->admits = [configuration, lists = settings.apply_inbound_acl](const base::Ip& ip) {
      const auto found = configuration->acls.admit(ip, lists);
      return found ? std::optional{call::Profile::Admission{found->list, found->user}} : std::nullopt;
    };
  made->is_nat = unreachable_contacts(profile, configuration);
  made->aggressive_nat_detection = settings.aggressive_nat_detection;
  for (const auto& gateway : profile.gateways)
    if (auto usable = call_gateway(profile, gateway, configuration, gateways)) made->gateways.push_back(std::move(usable));

  auto& media = made->media;
  media.local = address_of(base::split(settings.rtp_ip, ',').front()).value_or(own_address());
  const std::string addresses = settings.rtp_ip + "," + settings.sip_ip;
  for (const auto item : base::split(addresses, ','))
    if (const auto ip = base::Ip::parse(base::trim(item)); ip && ip->family == base::Family::ipv6 && !made->media_ipv6)
      made->media_ipv6 = *ip;
  media.advertised = base::Ip::parse(external_host(settings.ext_rtp_ip, external).value_or("")).value_or(media.local);
  if (media.advertised != media.local) made->is_local = local_peers(profile, configuration);
  media.codecs = codecs_of(profile.name, settings.inbound_codec_prefs);
  made->outbound_codecs = codecs_of(profile.name, settings.outbound_codec_prefs);
  media.preference = static_cast<sdp::Preference>(settings.inbound_codec_negotiation);
  media.telephone_event_payload_type = settings.rfc2833_pt;
  media.auto_adjust = !settings.disable_rtp_auto_adjust;
  media.rtp_timeout = settings.rtp_timeout_sec;
  media.rtp_hold_timeout = settings.rtp_hold_timeout_sec;
  if (settings.rtcp_audio_interval_msec > base::Duration{0}) media.rtcp_interval = settings.rtcp_audio_interval_msec;
  return made;
}

location::Admission admission_of(const dialplan::Profile& profile, const dialplan::Snapshot& configuration) {
  const auto& realm = profile.settings.challenge_realm;
  const bool fixed = !base::same(realm, "auto_from") && !base::same(realm, "auto_to");
  return {profile.settings.auth_calls, profile.settings.force_register_domain, fixed ? realm : std::string{},
          admitted_by(configuration, profile.settings.apply_inbound_acl)};
}

endpoint::Authenticator::Policy auth_policy(const dialplan::Profile& profile) {
  endpoint::Authenticator::Policy policy;
  policy.nonce_life = profile.settings.nonce_ttl;
  policy.log_challenges = profile.settings.log_auth_failures;
  policy.algorithms.clear();
  for (const auto name : base::split(profile.settings.rfc8760_auth_algorithms, ',')) {
    const auto algorithm = sip::algorithm_of(base::trim(name));
    if (algorithm) policy.algorithms.push_back(*algorithm);
    else base::log::warn("config", "profile {}: '{}' is no digest algorithm (MD5, SHA-256, SHA-512-256)", profile.name, name);
  }
  if (policy.algorithms.empty()) policy.algorithms.push_back(sip::Algorithm::md5);
  return policy;
}

}  // namespace ahoy
