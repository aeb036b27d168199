// dialplan/profile.h - SIP profiles, gateways and core settings as typed rows over the reference's XML names.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/setting.h"
#include "base/time.h"
#include "call/variables.h"
#include "dialplan/place.h"

namespace dialplan {

class Element;
class Document;

enum class DtmfType : std::uint8_t { rfc2833, info, none };
enum class Negotiation : std::uint8_t { generous, greedy, scrooge };

/// One <profile> of sofia.conf. Every member is a row of profile_settings(), which says unit, default and
/// range.
struct ProfileSettings {
  // Where it listens and what it says of itself.
  std::string sip_ip, rtp_ip, ext_sip_ip, ext_rtp_ip, user_agent_string, sip_domain;
  std::uint16_t sip_port = 0, ext_sip_port = 0, tls_sip_port = 0;
  bool tls = false, tls_only = false, tls_verify_date = false;
  std::string tls_cert_dir, tls_bind_params, tls_version, tls_ciphers, tls_passphrase, tls_verify_policy,
      tls_verify_in_subjects, ws_binding, wss_binding;
  std::uint32_t tls_verify_depth = 0, max_connections = 0, max_connections_per_address = 0;
  // Where calls go.
  std::string context, dialplan, outbound_proxy, record_path, hold_music;
  // Who may come in.
  bool auth_calls = false, accept_blind_reg = false, accept_blind_auth = false, auth_all_packets = false,
       log_auth_failures = false, disable_register = false, inbound_reg_force_matching_username = false;
  std::string challenge_realm, force_register_domain, force_register_db_domain, apply_inbound_acl,
      apply_register_acl, apply_proxy_acl, apply_nat_acl, local_network_acl;
  base::Duration nonce_ttl{};
  std::string rfc8760_auth_algorithms;
  // Registrations.
  bool multiple_registrations = false, ndlb_force_rport = false, ndlb_received_in_nat_reg_contact = false,
       nat_options_ping = false, all_reg_options_ping = false, aggressive_nat_detection = false,
       unregister_on_options_fail = false;
  base::Duration ping_mean_interval{};
  base::Duration notify_min_interval{}, force_subscription_expires{}, offline_message_expires{};
  enum class MessageQuery : std::uint8_t { no, always, first } send_message_query_on_register = MessageQuery::no;
  base::Duration sip_force_expires{}, sip_force_expires_min{}, sip_force_expires_max{},
      sip_expires_max_deviation{}, sip_expires_late_margin{};
  std::uint32_t max_registrations_per_extension = 0;
  // Calls and dialogs.
  std::uint32_t max_proceeding = 0;
  bool enable_timer = false, enable_100rel = false, disable_transfer = false, manual_redirect = false,
       pass_callee_id = false, inbound_use_callid_as_uuid = false, outbound_use_uuid_as_callid = false,
       full_id_in_dialplan = false, cid_in_1xx = false, disable_hold = false;
  std::string caller_id_type;
  base::Duration session_timeout{}, minimum_session_expires{};
  base::Duration timer_t1{}, timer_t1x64{}, timer_t2{}, timer_t4{};
  // Media.
  std::string inbound_codec_prefs, outbound_codec_prefs;
  Negotiation inbound_codec_negotiation = Negotiation::generous;
  bool inbound_late_negotiation = false, disable_transcoding = false, disable_rtp_auto_adjust = false,
       inbound_proxy_media = false, inbound_bypass_media = false, suppress_cng = false,
       rtp_rewrite_timestamps = false;
  base::Duration rtp_timeout_sec{}, rtp_hold_timeout_sec{}, auto_jitterbuffer_msec{},
      rtcp_audio_interval_msec{};
  DtmfType dtmf_type = DtmfType::rfc2833;
  std::uint8_t rfc2833_pt = 0, cng_pt = 0;
  bool liberal_dtmf = false, pass_rfc2833 = false;
  std::uint32_t dtmf_duration = 0;  ///< RTP clock ticks, as in the reference
};
const base::Settings<ProfileSettings>& profile_settings();

/// A parameter that names network lists, as it is written: `ahoy check` looks whether they are there.
struct ListParameter {
  std::string name, lists;
  Place place;  ///< of its value
};

/// One <gateway>.
struct GatewaySettings {
  std::string username, auth_username, password, realm, from_user, from_domain, extension, proxy,
      register_proxy, outbound_proxy, register_transport, contact_params, context, gw_auth_acl;
  bool registers = false, caller_id_in_from = false, extension_in_contact = false;
  base::Duration expire_seconds{}, retry_seconds{}, ping{};
  std::uint32_t ping_max = 0, ping_min = 0;
};
const base::Settings<GatewaySettings>& gateway_settings();

struct Gateway {
  std::string name;
  GatewaySettings settings;
  call::Variables inbound_variables, outbound_variables;
  std::vector<ListParameter> lists;
  Place place;
};

struct Profile {
  std::string name;
  ProfileSettings settings;
  std::vector<std::string> aliases;
  std::vector<Gateway> gateways;
  /// <domains>: `all` and names, with alias and parse flags.
  struct DomainEntry {
    std::string name;
    bool alias = false, parse = false;
  };
  std::vector<DomainEntry> domains;
  std::vector<ListParameter> lists;
  Place place;
};

/// switch.conf and what belongs to the whole server.
struct CoreSettings {
  std::uint32_t max_sessions = 0, sessions_per_second = 0;
  std::uint16_t rtp_start_port = 0, rtp_end_port = 0;
  std::string loglevel, switchname, core_db_name, dns_servers;
  std::uint32_t default_dtmf_duration = 0, max_dtmf_duration = 0, min_dtmf_duration = 0;
};
const base::Settings<CoreSettings>& core_settings();

/// Names the reference knows: of profiles, gateways and domains of sofia.conf (spec 2.0.8).
std::span<const std::string_view> known_sofia_names();
bool is_known_sofia_name(std::string_view name);

std::vector<Profile> read_profiles(const Document& document, Findings& findings);
CoreSettings read_core(const Document& document, Findings& findings);

}  // namespace dialplan
