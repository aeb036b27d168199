// dialplan/profile.cc - the rows of SIP profiles and gateways.
#include "dialplan/profile.h"

#include "dialplan/document.h"
#include "dialplan/parameters.h"

namespace dialplan {

namespace {

using base::Apply;
using base::Setting;
using namespace std::chrono_literals;
using P = ProfileSettings;
using G = GatewaySettings;

/// A setting that is one of a few words.
template <class Struct, class Enum, std::size_t N>
Setting<Struct> choice(std::string_view name, Enum Struct::*member, const std::string_view (&words)[N],
                       std::string_view fallback, Apply apply, std::string_view help) {
  return {name,
          "word",
          fallback,
          apply,
          help,
          [member, &words](Struct& into, std::string_view text) -> base::Result<void, base::SettingError> {
            for (std::size_t i = 0; i < N; ++i) {
              if (!base::same(base::trim(text), words[i])) continue;
              into.*member = static_cast<Enum>(i);
              return {};
            }
            std::string all;
            for (const auto word : words) all += (all.empty() ? "" : ", ") + std::string{word};
            return base::Unexpected<base::SettingError>{
                {"'" + std::string{text} + "' is none of " + all + did_you_mean(text, words)}};
          },
          [member, &words](const Struct& from) {
            return std::string{words[static_cast<std::size_t>(from.*member)]};
          }};
}

/// What parameters take that name network lists.
constexpr std::string_view list_unit = "networks";

/// Network lists. FreeSWITCH takes the parameter as often as it is written: each adds to what is there.
template <class Struct>
Setting<Struct> lists(std::string_view name, std::string Struct::*member, std::string_view help) {
  return {name,
          list_unit,
          "",
          Apply::reload,
          help,
          [member](Struct& into, std::string_view text) -> base::Result<void, base::SettingError> {
            auto& value = into.*member;
            if (!value.empty() && !base::trim(text).empty()) value += ',';
            value += base::trim(text);
            return {};
          },
          [member](const Struct& from) { return from.*member; }};
}

constexpr std::string_view dtmf_words[] = {"rfc2833", "info", "none"};
constexpr std::string_view negotiation_words[] = {"generous", "greedy", "scrooge"};
constexpr std::string_view message_query_words[] = {"false", "true", "first-only"};
constexpr base::Duration hour = 1h;
constexpr base::Duration day = 24h;
constexpr base::Duration ms = 1ms;
constexpr base::Duration nothing{};

}  // namespace

const base::Settings<ProfileSettings>& profile_settings() {
  static const base::Settings<ProfileSettings> table{
      {"sip-ip", &P::sip_ip, "address", "auto", Apply::restart,
       "Where SIP listens; auto: the machine's address."},
      {"rtp-ip", &P::rtp_ip, "address", "auto", Apply::restart, "Where media is received."},
      {"ext-sip-ip", &P::ext_sip_ip, "address", "", Apply::reload,
       "What peers outside are told as SIP address."},
      {"ext-rtp-ip", &P::ext_rtp_ip, "address", "", Apply::reload,
       "What peers outside are told as media address."},
      {"sip-port", &P::sip_port, "port", 5060, {0, 65535}, Apply::restart, "UDP and TCP port; 0: any."},
      {"ext-sip-port",
       &P::ext_sip_port,
       "port",
       0,
       {0, 65535},
       Apply::reload,
       "Port told outside; 0: sip-port."},
      {"tls-sip-port", &P::tls_sip_port, "port", 0, {0, 65535}, Apply::restart, "TLS port; 0: sip-port + 1."},
      {"tls", &P::tls, false, Apply::restart, "Listen for TLS."},
      {"tls-only", &P::tls_only, false, Apply::restart, "Listen for TLS, WS and WSS alone."},
      {"tls-bind-params", &P::tls_bind_params, "text", "transport=tls", Apply::restart,
       "Nothing but transport=tls has a meaning."},
      {"tls-cert-dir", &P::tls_cert_dir, "path", "", Apply::restart,
       "Certificates: agent.pem, cafile.pem, wss.pem; empty: tls/ of the state folder."},
      {"tls-version", &P::tls_version, "list", "tlsv1.2,tlsv1.3", Apply::restart,
       "TLS versions; older ones are not spoken."},
      {"tls-ciphers", &P::tls_ciphers, "list", "", Apply::restart,
       "Ciphers of TLS 1.2, as OpenSSL names them; empty: its own choice."},
      {"tls-passphrase", &P::tls_passphrase, "text", "", Apply::restart, "Of the key in agent.pem."},
      {"tls-verify-policy", &P::tls_verify_policy, "words", "none", Apply::restart,
       "Whose certificates are verified: none, in, out, all, subjects_in, subjects_out, subjects_all, joined by |."},
      {"tls-verify-in-subjects", &P::tls_verify_in_subjects, "list", "", Apply::restart,
       "Who may connect under subjects_in: domains, SIP URIs or common names, joined by |."},
      {"tls-verify-depth", &P::tls_verify_depth, "certificates", 2, {0, 100}, Apply::restart,
       "Certificates between a peer's and its authority."},
      {"tls-verify-date", &P::tls_verify_date, true, Apply::restart, "Refuse certificates that have expired."},
      {"ws-binding", &P::ws_binding, "address", "", Apply::restart, "WebSocket, \":5066\"."},
      {"wss-binding", &P::wss_binding, "address", "", Apply::restart, "Secure WebSocket, \":7443\"."},
      {"max-connections",
       &P::max_connections,
       "connections",
       50'000,
       {1, 10'000'000},
       Apply::reload,
       "Connections of each shard; further ones are closed. The largest of all profiles counts."},
      {"max-connections-per-address",
       &P::max_connections_per_address,
       "connections",
       1000,
       {1, 10'000'000},
       Apply::reload,
       "Connections that one address may open to each shard. The largest of all profiles counts."},
      {"user-agent-string", &P::user_agent_string, "text", "Ahoy", Apply::reload,
       "User-Agent and Server header."},
      {"sip-domain", &P::sip_domain, "domain", "", Apply::reload, "Domain of URIs this profile makes."},
      {"context", &P::context, "context", "default", Apply::reload,
       "Dialplan context of calls that come in."},
      {"dialplan", &P::dialplan, "list", "XML", Apply::reload, "Dialplans tried in order."},
      {"outbound-proxy", &P::outbound_proxy, "uri", "", Apply::reload,
       "Everything goes out through this one."},
      {"record-path", &P::record_path, "path", "", Apply::reload, "Where relative recordings go."},
      {"hold-music", &P::hold_music, "source", "", Apply::reload, "What a held party hears."},
      {"auth-calls", &P::auth_calls, true, Apply::reload, "Challenge calls."},
      {"accept-blind-reg", &P::accept_blind_reg, false, Apply::reload,
       "Let anybody register. Not a good idea."},
      {"accept-blind-auth", &P::accept_blind_auth, false, Apply::reload, "Accept any answer to a challenge."},
      {"auth-all-packets", &P::auth_all_packets, false, Apply::reload,
       "Challenge every request of a dialog."},
      {"log-auth-failures", &P::log_auth_failures, false, Apply::reload,
       "Log every challenge too; credentials that were wrong are logged in any case."},
      {"disable-register", &P::disable_register, false, Apply::reload, "Refuse registrations."},
      {"inbound-reg-force-matching-username", &P::inbound_reg_force_matching_username, false, Apply::reload,
       "A user may register only under its own name."},
      {"rfc8760-auth-algorithms", &P::rfc8760_auth_algorithms, "list", "MD5", Apply::reload,
       "Digest algorithms offered, in this order: MD5, SHA-256, SHA-512-256."},
      {"challenge-realm", &P::challenge_realm, "realm", "auto_to", Apply::reload,
       "Realm of challenges: auto_from, auto_to or a name."},
      {"force-register-domain", &P::force_register_domain, "domain", "", Apply::reload,
       "All registrations and authentications use this domain."},
      {"force-register-db-domain", &P::force_register_db_domain, "domain", "", Apply::reload,
       "Bindings are stored under this domain."},
      lists("apply-inbound-acl", &P::apply_inbound_acl,
            "Who calls without a challenge and is trusted (RFC 3325); without auth-calls nobody else may call."),
      lists("apply-register-acl", &P::apply_register_acl,
            "Who may register without a challenge."),
      lists("apply-proxy-acl", &P::apply_proxy_acl,
            "Proxies whose X-AUTH-IP says where a request comes from, for the other lists."),
      lists("apply-nat-acl", &P::apply_nat_acl,
            "Contacts in this list that come from another address lead nowhere: NAT; empty: private addresses."),
      {"local-network-acl", &P::local_network_acl, list_unit, "localnet.auto", Apply::reload,
       "Peers in this list are told the local addresses, not ext-sip-ip and ext-rtp-ip."},
      {"nonce-ttl", &P::nonce_ttl, 60s, {1s, day}, Apply::reload, "How long a nonce is good."},
      {"multiple-registrations", &P::multiple_registrations, false, Apply::reload,
       "Several phones of one user."},
      {"NDLB-force-rport", &P::ndlb_force_rport, false, Apply::reload,
       "Answer to where a request came from."},
      {"NDLB-received-in-nat-reg-contact", &P::ndlb_received_in_nat_reg_contact, false, Apply::reload,
       "Put received= into the contact of registrations behind NAT."},
      {"nat-options-ping", &P::nat_options_ping, false, Apply::reload,
       "Keep mappings of phones behind NAT open."},
      {"notify-min-interval", &P::notify_min_interval, 1s, {nothing, hour}, Apply::reload,
       "NOTIFYs of one subscription are at least so far apart (new subscriptions)."},
      {"force-subscription-expires", &P::force_subscription_expires, day, {1min, 7 * day}, Apply::reload,
       "A subscription that asks for more gets this."},
      {"offline-message-expires", &P::offline_message_expires, 7 * day, {nothing, 30 * day}, Apply::reload,
       "How long a MESSAGE waits for a user who is away; 0: it is refused."},
      choice("send-message-query-on-register", &P::send_message_query_on_register, message_query_words, "false", Apply::reload,
             "Tell a phone of waiting messages when it registers: false, true or first-only."),
      {"all-reg-options-ping", &P::all_reg_options_ping, false, Apply::reload,
       "Ping every registered phone."},
      {"unregister-on-options-fail", &P::unregister_on_options_fail, false, Apply::reload,
       "A phone that does not answer its pings is unregistered."},
      {"ping-mean-interval", &P::ping_mean_interval, 30s, {5s, hour}, Apply::reload,
       "Each registered phone that is pinged is pinged this often, give or take a third."},
      {"aggressive-nat-detection", &P::aggressive_nat_detection, false, Apply::reload,
       "Look at Via and Contact."},
      {"sip-force-expires",
       &P::sip_force_expires,
       nothing,
       {nothing, 24 * 7 * hour},
       Apply::reload,
       "Expires of every registration; 0: as asked."},
      {"sip-force-expires-min",
       &P::sip_force_expires_min,
       nothing,
       {nothing, 24 * 7 * hour},
       Apply::reload,
       "Least expires."},
      {"sip-force-expires-max",
       &P::sip_force_expires_max,
       nothing,
       {nothing, 24 * 7 * hour},
       Apply::reload,
       "Most expires."},
      {"sip-expires-max-deviation",
       &P::sip_expires_max_deviation,
       nothing,
       {nothing, day},
       Apply::reload,
       "Expires is spread by up to this much."},
      {"sip-expires-late-margin",
       &P::sip_expires_late_margin,
       60s,
       {nothing, day},
       Apply::reload,
       "How long a binding lives after its end."},
      {"max-registrations-per-extension",
       &P::max_registrations_per_extension,
       "bindings",
       0,
       {0, 1000},
       Apply::reload,
       "Bindings of one user; 0: no limit but that of the registrar."},
      {"max-proceeding",
       &P::max_proceeding,
       "calls",
       3000,
       {1, 1'000'000},
       Apply::live,
       "Calls being set up."},
      {"enable-timer", &P::enable_timer, true, Apply::reload, "Session timers (RFC 4028)."},
      {"enable-100rel", &P::enable_100rel, false, Apply::reload,
       "Reliable provisional responses (RFC 3262)."},
      {"disable-transfer", &P::disable_transfer, false, Apply::reload, "Refuse REFER."},
      {"disable-hold", &P::disable_hold, false, Apply::reload, "Ignore hold."},
      {"manual-redirect", &P::manual_redirect, false, Apply::reload, "Leave 3xx to the dialplan."},
      {"pass-callee-id", &P::pass_callee_id, true, Apply::reload, "Tell the caller who answered."},
      {"inbound-use-callid-as-uuid", &P::inbound_use_callid_as_uuid, false, Apply::reload,
       "The uuid of an incoming call is its Call-ID."},
      {"outbound-use-uuid-as-callid", &P::outbound_use_uuid_as_callid, false, Apply::reload,
       "The Call-ID of an outgoing call is its uuid."},
      {"full-id-in-dialplan", &P::full_id_in_dialplan, false, Apply::reload,
       "destination_number is user@domain."},
      {"cid-in-1xx", &P::cid_in_1xx, true, Apply::reload, "Caller identity in provisional responses."},
      {"caller-id-type", &P::caller_id_type, "word", "rpid", Apply::reload, "rpid, pid or none."},
      {"session-timeout", &P::session_timeout, 1800s, {90s, day}, Apply::reload, "Session-Expires offered."},
      {"minimum-session-expires", &P::minimum_session_expires, 120s, {90s, day}, Apply::reload, "Min-SE."},
      {"timer-T1", &P::timer_t1, 500ms, {10ms, 10s}, Apply::reload, "RFC 3261 T1.", ms},
      {"timer-T1X64",
       &P::timer_t1x64,
       32s,
       {1s, 300s},
       Apply::reload,
       "64*T1: when a transaction gives up.",
       ms},
      {"timer-T2", &P::timer_t2, 4s, {100ms, 60s}, Apply::reload, "RFC 3261 T2.", ms},
      {"timer-T4", &P::timer_t4, 5s, {100ms, 60s}, Apply::reload, "RFC 3261 T4.", ms},
      {"inbound-codec-prefs", &P::inbound_codec_prefs, "codecs", "OPUS,G722,PCMU,PCMA", Apply::reload,
       "Codecs taken, in order."},
      {"outbound-codec-prefs", &P::outbound_codec_prefs, "codecs", "OPUS,G722,PCMU,PCMA", Apply::reload,
       "Codecs offered, in order."},
      choice("inbound-codec-negotiation", &P::inbound_codec_negotiation, negotiation_words, "generous",
             Apply::reload,
             "Whose order counts: the caller's (generous), ours (greedy), only ours (scrooge)."),
      {"inbound-late-negotiation", &P::inbound_late_negotiation, true, Apply::reload,
       "The dialplan runs before codecs are chosen."},
      {"disable-transcoding", &P::disable_transcoding, false, Apply::reload,
       "Offer only what the caller has."},
      {"disable-rtp-auto-adjust", &P::disable_rtp_auto_adjust, false, Apply::reload,
       "Send media only where the description says."},
      {"inbound-proxy-media", &P::inbound_proxy_media, false, Apply::reload, "Relay media untouched."},
      {"inbound-bypass-media", &P::inbound_bypass_media, false, Apply::reload,
       "Media goes between the parties."},
      {"suppress-cng", &P::suppress_cng, false, Apply::reload, "No comfort noise."},
      {"rtp-rewrite-timestamps", &P::rtp_rewrite_timestamps, false, Apply::reload,
       "Own time stamps when relaying."},
      {"rtp-timeout-sec",
       &P::rtp_timeout_sec,
       nothing,
       {nothing, day},
       Apply::reload,
       "Hang up after silence this long; 0: never."},
      {"rtp-hold-timeout-sec",
       &P::rtp_hold_timeout_sec,
       nothing,
       {nothing, day},
       Apply::reload,
       "The same while on hold."},
      {"auto-jitterbuffer-msec",
       &P::auto_jitterbuffer_msec,
       nothing,
       {nothing, 10s},
       Apply::reload,
       "Jitter buffer of every call; 0: none.",
       ms},
      {"rtcp-audio-interval-msec",
       &P::rtcp_audio_interval_msec,
       5s,
       {100ms, 60s},
       Apply::reload,
       "RTCP reports.",
       ms},
      choice("dtmf-type", &P::dtmf_type, dtmf_words, "rfc2833", Apply::reload, "How digits are sent."),
      {"rfc2833-pt", &P::rfc2833_pt, "payload type", 101, {96, 127}, Apply::reload, "Telephone events."},
      {"cng-pt", &P::cng_pt, "payload type", 13, {0, 127}, Apply::reload, "Comfort noise."},
      {"liberal-dtmf", &P::liberal_dtmf, false, Apply::reload, "Take digits in every form."},
      {"pass-rfc2833", &P::pass_rfc2833, false, Apply::reload, "Relay telephone events untouched."},
      {"dtmf-duration",
       &P::dtmf_duration,
       "samples",
       2000,
       {400, 192'000},
       Apply::reload,
       "Length of a digit."}};
  return table;
}

const base::Settings<GatewaySettings>& gateway_settings() {
  static const base::Settings<GatewaySettings> table{
      {"username", &G::username, "user", "", Apply::reload, "Account."},
      {"auth-username", &G::auth_username, "user", "", Apply::reload, "Name in digests; empty: username."},
      {"password", &G::password, "secret", "", Apply::reload, "Password."},
      {"realm", &G::realm, "realm", "", Apply::reload, "Realm and domain; empty: the gateway's name."},
      {"from-user", &G::from_user, "user", "", Apply::reload, "User of From."},
      {"from-domain", &G::from_domain, "domain", "", Apply::reload, "Domain of From."},
      {"extension", &G::extension, "number", "", Apply::reload, "Destination of calls that come in."},
      {"proxy", &G::proxy, "uri", "", Apply::reload, "Where requests go; empty: the realm."},
      {"register-proxy", &G::register_proxy, "uri", "", Apply::reload, "Where REGISTER goes."},
      {"outbound-proxy", &G::outbound_proxy, "uri", "", Apply::reload, "Route of requests."},
      {"register-transport", &G::register_transport, "word", "udp", Apply::reload, "udp, tcp or tls."},
      {"contact-params", &G::contact_params, "text", "", Apply::reload, "Added to Contact."},
      lists("gw-auth-acl", &G::gw_auth_acl,
            "From where its calls come without a challenge and are trusted; empty: trusted from its own address."),
      {"context", &G::context, "context", "", Apply::reload, "Dialplan context; empty: the profile's."},
      {"register", &G::registers, true, Apply::reload, "Register with it."},
      {"caller-id-in-from", &G::caller_id_in_from, false, Apply::reload, "Show the caller in From."},
      {"extension-in-contact", &G::extension_in_contact, false, Apply::reload,
       "The extension is the Contact user."},
      {"expire-seconds",
       &G::expire_seconds,
       hour,
       {10s, 24 * 7 * hour},
       Apply::reload,
       "Expires of REGISTER."},
      {"retry-seconds", &G::retry_seconds, 30s, {5s, day}, Apply::reload, "Wait after a failed REGISTER."},
      {"ping", &G::ping, nothing, {nothing, day}, Apply::reload, "OPTIONS this often; 0: never."},
      {"ping-max", &G::ping_max, "pings", 1, {1, 1000}, Apply::reload,
       "Each answer counts one up, to this; each missing one counts one down."},
      {"ping-min", &G::ping_min, "pings", 1, {1, 1000}, Apply::reload, "Down while the count is below this."}};
  return table;
}

namespace {

template <class Struct>
std::vector<ListParameter> list_parameters(const Element& list, const base::Settings<Struct>& settings) {
  std::vector<ListParameter> found;
  for (const auto& param : list.children("param")) {
    const auto* row = settings.find(param.attribute("name"));
    if (row && row->unit() == list_unit) found.push_back({std::string{row->name()}, std::string{param.attribute("value")}, param.place("value")});
  }
  return found;
}

Gateway read_gateway(const Element& element, Findings& findings) {
  Gateway gateway{.name = std::string{element.attribute("name")},
                  .settings = gateway_settings().defaults(),
                  .inbound_variables = {},
                  .outbound_variables = {},
                  .lists = list_parameters(element, gateway_settings()),
                  .place = element.place()};
  read_parameters(element, gateway_settings(), gateway.settings, known_sofia_names(), "gateway", findings);
  for (const auto& variable : element.child("variables").children("variable")) {
    const auto direction = variable.attribute("direction");
    const auto name = variable.attribute("name");
    const auto value = variable.attribute("value");
    if (!base::same(direction, "outbound")) gateway.inbound_variables.set(name, value);
    if (!base::same(direction, "inbound")) gateway.outbound_variables.set(name, value);
  }
  return gateway;
}

Profile read_profile(const Element& element, Findings& findings) {
  Profile profile{.name = std::string{element.attribute("name")},
                  .settings = profile_settings().defaults(),
                  .aliases = {},
                  .gateways = {},
                  .domains = {},
                  .lists = list_parameters(element.child("settings"), profile_settings()),
                  .place = element.place()};
  read_parameters(element.child("settings"), profile_settings(), profile.settings, known_sofia_names(),
                  "profile", findings);
  for (const auto& alias : element.child("aliases").children("alias"))
    profile.aliases.emplace_back(alias.attribute("name"));
  for (const auto& gateway : element.child("gateways").children("gateway"))
    profile.gateways.push_back(read_gateway(gateway, findings));
  for (const auto& domain : element.child("domains").children("domain"))
    profile.domains.push_back({std::string{domain.attribute("name")},
                               base::is_true(domain.attribute("alias")),
                               base::is_true(domain.attribute("parse"))});
  return profile;
}

}  // namespace

std::vector<Profile> read_profiles(const Document& document, Findings& findings) {
  std::vector<Profile> profiles;
  for (const auto& element : document.configuration("sofia.conf").child("profiles").children("profile")) {
    if (element.attribute("name").empty())
      findings.push_back({Severity::warning, element.place(), "a profile without name is left out"});
    else
      profiles.push_back(read_profile(element, findings));
  }
  return profiles;
}

}  // namespace dialplan
