// dialplan/core.cc - the rows of switch.conf.
#include "dialplan/parameters.h"
#include "dialplan/profile.h"

namespace dialplan {

namespace {

using base::Apply;
using C = CoreSettings;

/// What switch.conf of the reference may hold besides the rows.
constexpr std::string_view known_core_names[] = {"cache-exit-regex",
                                                 "colorize-console",
                                                 "core-db-dsn",
                                                 "core-db-inner-post-trans-execute",
                                                 "core-db-inner-pre-trans-execute",
                                                 "core-db-post-trans-execute",
                                                 "core-db-pre-trans-execute",
                                                 "core-dbtype",
                                                 "core-odbc-dsn",
                                                 "core-odbc-required",
                                                 "auto-create-schemas",
                                                 "auto-clear-sql",
                                                 "cpu-idle-smoothing-depth",
                                                 "crash-protection",
                                                 "debug-level",
                                                 "dialplan-timestamps",
                                                 "dump-cores",
                                                 "enable-clock-nanosleep",
                                                 "enable-cond-yield",
                                                 "enable-early-hangup",
                                                 "enable-early-media-recording-start",
                                                 "enable-monotonic-timing",
                                                 "enable-softtimer-timerfd",
                                                 "enable-use-system-time",
                                                 "events-use-dispatch",
                                                 "initial-event-threads",
                                                 "ipv6-rfc",
                                                 "mailer-app",
                                                 "mailer-app-args",
                                                 "max-audio-channels",
                                                 "max-db-handles",
                                                 "db-handle-timeout",
                                                 "max-sql-buffer-size",
                                                 "min-idle-cpu",
                                                 "multiple-registrations",
                                                 "odbc-skip-autocommit-flip",
                                                 "rtp-enable-zrtp",
                                                 "rtp-port-usage-robustness",
                                                 "rtp-retain-crypto-keys",
                                                 "session-thread-pool",
                                                 "skew-hide-threshold",
                                                 "spawn-instead-of-system",
                                                 "sql-buffer-len",
                                                 "threaded-system-exec",
                                                 "timer-affinity",
                                                 "tipping-point",
                                                 "1ms-timer",
                                                 "uuid-version",
                                                 "verbose-channel-events",
                                                 "tolerant-h264",
                                                 "exclude-error-log-from-xml-cdr",
                                                 "max-buffer-timing",
                                                 "media-bug-answer-req",
                                                 "port-alloc-range",
                                                 "event-channel-key-separator",
                                                 "event-channel-enable-hierarchy-deliver",
                                                 "event-heartbeat-interval",
                                                 "sessions-per-second-interval",
                                                 "stir-shaken",
                                                 "wait-for-channels-up",
                                                 "core-non-sqlite-db-required",
                                                 "core-recovery-db-dsn",
                                                 "core-recovery-db-type",
                                                 "rtp-dtmf-delay"};

}  // namespace

const base::Settings<CoreSettings>& core_settings() {
  static const base::Settings<CoreSettings> table{
      {"max-sessions",
       &C::max_sessions,
       "calls",
       1000,
       {1, 1'000'000},
       Apply::live,
       "Legs at the same time."},
      {"sessions-per-second",
       &C::sessions_per_second,
       "calls",
       30,
       {1, 100'000},
       Apply::live,
       "New legs in one second."},
      {"rtp-start-port",
       &C::rtp_start_port,
       "port",
       16384,
       {1024, 65534},
       Apply::restart,
       "First media port."},
      {"rtp-end-port", &C::rtp_end_port, "port", 32768, {1024, 65535}, Apply::restart, "Last media port."},
      {"loglevel", &C::loglevel, "word", "info", Apply::live, "debug, info, notice, warning, err, crit."},
      {"switchname", &C::switchname, "name", "", Apply::restart, "Name of this server; empty: the host's."},
      {"dns-servers", &C::dns_servers, "list", "", Apply::reload,
       "Name servers, as \"192.0.2.53,[2001:db8::53]:5353\"; empty: those of the system."},
      {"core-db-name", &C::core_db_name, "path", "", Apply::restart, "Database file."},
      {"default-dtmf-duration",
       &C::default_dtmf_duration,
       "samples",
       2000,
       {400, 192'000},
       Apply::reload,
       "Length of a digit at 8 kHz."},
      {"max-dtmf-duration",
       &C::max_dtmf_duration,
       "samples",
       192'000,
       {1000, 192'000},
       Apply::reload,
       "Longest digit."},
      {"min-dtmf-duration",
       &C::min_dtmf_duration,
       "samples",
       400,
       {50, 192'000},
       Apply::reload,
       "Shortest digit."}};
  return table;
}

CoreSettings read_core(const Document& document, Findings& findings) {
  auto core = core_settings().defaults();
  const auto settings = document.configuration("switch.conf").child("settings");
  read_parameters(settings, core_settings(), core, known_core_names, "core", findings);
  if (core.rtp_end_port <= core.rtp_start_port) {
    findings.push_back({Severity::warning, settings.place(),
                        "rtp-end-port is not above rtp-start-port; the defaults are used"});
    core.rtp_start_port = core_settings().defaults().rtp_start_port;
    core.rtp_end_port = core_settings().defaults().rtp_end_port;
  }
  return core;
}

}  // namespace dialplan
