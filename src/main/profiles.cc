#include "main/profiles.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <cstring>

#include "base/log.h"
#include "base/text.h"
#include "call/media/codec_prefs.h"

namespace ahoy {

namespace {

bool is_auto(std::string_view text) { return text.empty() || base::same(text, "auto") || base::same(text, "auto-nat"); }

std::optional<base::Ip> address_of(std::string_view text) {
  if (is_auto(text)) return own_address();
  return base::Ip::parse(text);
}

endpoint::ListeningPoint point_of(const dialplan::Profile& profile, const base::Ip& ip) {
  const auto& settings = profile.settings;
  endpoint::ListeningPoint point;
  point.profile = profile.name;
  point.local = {ip, settings.sip_port};
  if (!is_auto(settings.ext_sip_ip) && ip.family == base::Family::ipv4) point.advertised_host = settings.ext_sip_ip;
  point.advertised_port = settings.ext_sip_port;
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
  std::vector<endpoint::ListeningPoint> points;
  const std::string addresses = profile.settings.sip_ip.empty() ? "auto" : profile.settings.sip_ip;
  for (const auto item : base::split(addresses, ',')) {
    const auto ip = address_of(base::trim(item));
    if (!ip)
      return base::Unexpected<std::string>{"profile " + profile.name + ": sip-ip '" + std::string{item} +
                                           "' is no address"};
    points.push_back(point_of(profile, *ip));
  }
  return points;
}

std::shared_ptr<const call::Profile> call_profile(const dialplan::Profile& profile, const std::string& default_domain,
                                                  std::vector<endpoint::PointId> points) {
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
  made->manual_redirect = settings.manual_redirect;
  made->session.reliable_provisionals = settings.enable_100rel;
  made->session.timer = {settings.enable_timer, std::chrono::duration_cast<std::chrono::seconds>(settings.session_timeout),
                         std::chrono::duration_cast<std::chrono::seconds>(settings.minimum_session_expires)};
  made->disable_transfer = settings.disable_transfer;
  made->disable_hold = settings.disable_hold;
  made->hold_music = settings.hold_music;

  auto& media = made->media;
  media.local = address_of(base::split(settings.rtp_ip, ',').front()).value_or(own_address());
  const std::string addresses = settings.rtp_ip + "," + settings.sip_ip;
  for (const auto item : base::split(addresses, ','))
    if (const auto ip = base::Ip::parse(base::trim(item)); ip && ip->family == base::Family::ipv6 && !made->media_ipv6)
      made->media_ipv6 = *ip;
  media.advertised = is_auto(settings.ext_rtp_ip) ? media.local : base::Ip::parse(settings.ext_rtp_ip).value_or(media.local);
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

location::Pager::Settings pager_settings(const dialplan::Profile& profile) {
  const auto& realm = profile.settings.challenge_realm;
  const bool fixed = !base::same(realm, "auto_from") && !base::same(realm, "auto_to");
  return {profile.settings.auth_calls, profile.settings.force_register_domain, fixed ? realm : std::string{}};
}

endpoint::Authenticator::Policy auth_policy(const dialplan::Profile& profile) {
  endpoint::Authenticator::Policy policy;
  policy.nonce_life = profile.settings.nonce_ttl;
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
