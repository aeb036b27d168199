// call/profile.h - what a SIP profile means for calls: where they go, who must show credentials, what media may be.
//
// Made by main from the configuration; a snapshot that legs share for reading.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "call/gateway.h"
#include "call/media/media.h"
#include "endpoint/flow.h"
#include "endpoint/session_policy.h"

namespace call {

struct Profile {
  std::string name;
  std::vector<endpoint::PointId> points;  ///< IPv4 first.
  std::string context = "public";
  std::string dialplan = "XML";
  std::string domain;                ///< force-register-domain; empty: as the request says.
  std::string realm;                 ///< challenge-realm; empty: the domain.
  bool auth_calls = true;
  std::string user_agent = "Ahoy";
  std::string outbound_proxy;          ///< outbound-proxy: everything that is no registered phone goes through it
  std::string caller_id_type = "pid";  ///< rpid, pid, none
  bool use_call_id_as_uuid = false;    ///< inbound-use-callid-as-uuid
  endpoint::SessionPolicy session;
  bool disable_transfer = false;       ///< disable-transfer: REFER gets 403
  bool disable_hold = false;           ///< disable-hold: a hold of the peer is not passed on
  std::string hold_music;              ///< hold-music
  std::string dtmf_type = "rfc2833";   ///< rfc2833, info, none
  MediaOptions media;                  ///< Codecs as inbound-codec-prefs; addresses of the first rtp-ip.
  std::optional<base::Ip> media_ipv6;  ///< Where media of IPv6 calls is received, when that is another address.
  std::vector<sdp::Codec> outbound_codecs;
  std::vector<std::shared_ptr<const Gateway>> gateways;

  const Gateway* gateway(std::string_view wanted) const {
    for (const auto& each : gateways)
      if (each->name == wanted) return each.get();
    return nullptr;
  }

  /// What let a caller in by its address (apply-inbound-acl), and the user "name@domain" whose address it is, if any.
  struct Admission {
    std::string list, user;
  };
  /// Who calls without a challenge and is of our trust domain (RFC 3325); empty: there is no such list.
  std::function<std::optional<Admission>(const base::Ip&)> admits{};
  /// A server of our trust domain (RFC 3325); the telephone of a user is none, whatever its cidr.
  bool trusts(const base::Ip& peer) const {
    const auto admission = admits ? admits(peer) : std::nullopt;
    return admission && admission->user.empty();
  }

  /// Peers that are told the local address whatever ext-rtp-ip says (local-network-acl); empty: nobody.
  std::function<bool(const base::Ip&)> is_local{};

  /// Contacts that are of no use from where they came (apply-nat-acl); empty: private addresses.
  std::function<bool(const base::Ip&)> is_nat{};
  bool aggressive_nat_detection = false;

  /// Media goes over the address family of the signalling.
  MediaOptions media_for(const base::Ip& peer) const {
    MediaOptions options = media;
    if (peer.family == base::Family::ipv6 && media_ipv6) options.local = options.advertised = *media_ipv6;
    else if (peer == options.local || (options.advertised != options.local && is_local && is_local(peer)))
      options.advertised = options.local;
    return options;
  }
};

}  // namespace call
