// dialplan/sofia_names.cc - every parameter name of profiles, gateways and domains that FreeSWITCH knows.
//
// A name in here without a row in profile.cc is "not supported yet"; a name that is not in here is a mistake.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "dialplan/profile.h"

namespace dialplan {

namespace {

constexpr std::string_view names[] = {
    "3pcc-reinvite-bridged-on-ack", "908-retry-seconds", "NDLB-allow-bad-iananame", "NDLB-allow-crypto-in-avp",
    "NDLB-allow-nondup-sdp", "NDLB-broken-auth-hash", "NDLB-expires-in-register-response", "NDLB-force-rport",
    "NDLB-proxy-never-patch-reinvites", "NDLB-received-in-nat-reg-contact", "NDLB-sendrecv-in-session",
    "NDLB-support-asterisk-missing-srtp-auth", "abort-on-empty-external-ip", "absolute-dial-string",
    "accept-blind-auth", "accept-blind-reg", "aggressive-nat-detection", "alias", "all", "all-reg-options-ping",
    "allow-update", "apply-candidate-acl", "apply-inbound-acl", "apply-inbound-acl-x-token", "apply-nat-acl",
    "apply-proxy-acl", "apply-proxy-acl-x-token", "apply-register-acl", "auth-all-packets", "auth-calls",
    "auth-calls-acl-only", "auth-messages", "auth-require-user", "auth-subscriptions", "auth-username",
    "auto-invite-100", "auto-jitterbuffer-msec", "auto-restart", "auto-rtp-bugs", "bind-attempt-interval",
    "bind-attempts", "bind-params", "bitpacking", "blind-auth-reply-403", "caller-id-in-from", "caller-id-type",
    "capture-server", "challenge-realm", "channel-xml-fetch-on-nightmare-transfer", "cid-in-1xx", "cng-pt",
    "codec-prefs", "confirm-blind-transfer", "contact-host", "contact-in-ping", "contact-params", "contact-user",
    "content-type", "context", "db-inner-post-trans-execute", "db-inner-pre-trans-execute", "db-post-trans-execute",
    "db-pre-trans-execute", "db-spin-up-wait-ms", "dbname", "debug", "debug-presence", "debug-sla", "default",
    "destination-prefix", "dial-prefix", "dialplan", "disable-auth-messages", "disable-auth-subscriptions",
    "disable-hold", "disable-naptr", "disable-register", "disable-rtp-auto-adjust", "disable-srv", "disable-srv503",
    "disable-transcoding", "disable-transfer", "distinct-to", "dtmf-duration", "dtmf-type", "enable-100rel",
    "enable-3pcc", "enable-chat", "enable-compact-headers", "enable-rfc-5626", "enable-soa", "enable-timer",
    "enforce-blind-auth-result", "expire-seconds", "ext-rtp-ip", "ext-sip-ip", "ext-sip-port",
    "extended-info-parsing", "extension", "extension-in-contact", "fire-bye-response-events", "fire-message-events",
    "fire-transfer-events", "force-publish-expires", "force-register-db-domain", "force-register-domain",
    "force-subscription-domain", "force-subscription-expires", "forward-unsolicited-mwi-notify", "from-domain",
    "from-user", "full-id-in-dialplan", "gw-auth-acl", "hold-music", "ignore-183nosdp", "in-dialog-chat",
    "inbound-bypass-media", "inbound-codec-negotiation", "inbound-codec-prefs", "inbound-late-negotiation",
    "inbound-no-media", "inbound-proxy-media", "inbound-reg-force-matching-username", "inbound-reg-in-new-thread",
    "inbound-use-callid-as-uuid", "iptsec", "keepalive-method", "liberal-dtmf", "local-network-acl",
    "log-auth-failures", "log-level", "make-every-transfer-a-nightmare", "manage-presence",
    "manage-shared-appearance", "manual-redirect", "manual-rtp-bugs", "manual-video-rtp-bugs", "max-auth-validity",
    "max-calls", "max-proceeding", "max-recv-requests-per-second", "max-reg-threads",
    "max-registrations-per-extension", "media-option", "minimum-session-expires", "multiple-registrations",
    "mwi-use-reg-callid", "nat-options-ping", "nea", "nonce-ttl", "nta", "nth_client", "nth_server", "nua",
    "odbc-dsn", "outbound-codec-prefs", "outbound-proxy", "outbound-use-uuid-as-callid", "p-asserted-id-parse",
    "parse-all-invite-headers", "parse-invite-tel-params", "pass-callee-id", "pass-rfc2833", "password", "ping",
    "ping-max", "ping-mean-interval", "ping-min", "ping-monitoring", "ping-thread-frequency", "ping-user-agent",
    "pnp-provision-url", "presence-disable-early", "presence-hold-state", "presence-hosts", "presence-privacy",
    "presence-probe-on-register", "presence-proto-lookup", "profile-standby", "proxy", "proxy-hold", "proxy-info",
    "proxy-info-content-types", "proxy-message", "proxy-notify-events", "proxy-refer", "proxy-refer-replaces",
    "realm", "record-path", "record-template", "reg-deny-binding-fetch-and-no-lookup", "reg-id", "register",
    "register-proxy", "register-transport", "registration-thread-frequency", "require-secure-rtp", "retry-seconds",
    "retry_seconds", "reuse-connections", "rewrite-multicasted-fs-path", "rfc-5626", "rfc-7989", "rfc-7989-filter",
    "rfc-7989-force-old", "rfc2833-pt", "rfc8760-auth-algorithms", "rtcp-audio-interval-msec",
    "rtcp-video-interval-msec", "rtp-autofix-timing", "rtp-digit-delay", "rtp-hold-timeout-sec", "rtp-ip",
    "rtp-notimer-during-bridge", "rtp-rewrite-timestamps", "rtp-timeout-sec", "rtp-timer-name", "scheme",
    "send-display-update", "send-message-query-on-register", "send-presence-on-register", "session-timeout",
    "shutdown-on-fail", "sip-capture", "sip-domain", "sip-expires-late-margin", "sip-expires-max-deviation",
    "sip-force-expires", "sip-force-expires-max", "sip-force-expires-min", "sip-ip", "sip-messages-respond-200-ok",
    "sip-options-respond-503-on-busy", "sip-port", "sip-profile", "sip-subscribe-respond-200-ok",
    "sip-subscription-max-deviation", "sip-trace", "sip-url", "sip-user-ping-max", "sip-user-ping-min", "soa",
    "socket-tcp-keepalive", "sresolv", "stir-shaken-as-key", "stir-shaken-as-url", "stir-shaken-vs-ca-dir",
    "stir-shaken-vs-cert-path-check", "stir-shaken-vs-require-date", "stun", "suppress-cng", "supress-cng",
    "t38-passthru", "tcp-always-nat", "tcp-keepalive", "tcp-ping2pong", "tcp-pingpong", "tcp-unreg-on-socket-close",
    "timeout-seconds", "timer-T1", "timer-T1X64", "timer-T2", "timer-T4", "tls", "tls-always-nat",
    "tls-bind-params", "tls-cert-dir", "tls-ciphers", "tls-only", "tls-orq-connect-timeout", "tls-passphrase",
    "tls-sip-port", "tls-timeout", "tls-verify-date", "tls-verify-depth", "tls-verify-in-subjects",
    "tls-verify-policy", "tls-version", "tport", "tracelevel", "track-calls", "unregister-on-options-fail",
    "update-refresher", "use-port-for-acl-check", "user-agent-filter", "user-agent-string", "username",
    "username-in-request", "vad", "watchdog-enabled", "watchdog-event-timeout", "watchdog-step-timeout",
    "ws-binding", "wss-binding",
};

}  // namespace

std::span<const std::string_view> known_sofia_names() { return names; }

bool is_known_sofia_name(std::string_view name) {
  return std::any_of(std::begin(names), std::end(names), [&](auto known) { return base::same(known, name); });
}

}  // namespace dialplan
