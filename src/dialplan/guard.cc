// dialplan/guard.cc - the rows of guard.conf.
#include "dialplan/guard.h"

#include <algorithm>

#include "base/text.h"
#include "dialplan/document.h"
#include "dialplan/parameters.h"

namespace dialplan {

namespace {

using base::Apply;
using namespace std::chrono_literals;
using S = GuardSettings;

constexpr base::Duration window_max = std::chrono::hours{24 * 31};

/// <limit name="premium" prefixes="+1900,0900" calls="3" window="1h"/>. One that is broken would let calls through that it
/// was meant to stop: that is an error.
void read_limit(const Element& element, std::vector<call::SpendLimit>& into, Findings& findings) {
  const auto wrong = [&](std::string_view attribute, std::string message) {
    findings.push_back({Severity::error, element.place(attribute), std::move(message)});
  };
  call::SpendLimit limit;
  limit.name = element.attribute("name");
  if (limit.name.empty()) return wrong("name", "a limit wants a name");
  for (const auto prefix : base::split(element.attribute("prefixes"), ',')) {
    const auto number = call::normal_number(prefix);
    if (number.empty()) return wrong("prefixes", "'" + std::string{base::trim(prefix)} + "' is no beginning of a number");
    limit.prefixes.push_back(number);
  }
  const auto calls = base::to_number<std::uint32_t>(base::trim(element.attribute("calls")));
  if (!calls || *calls > call::SpendLimit::calls_max)
    return wrong("calls", "calls: '" + std::string{element.attribute("calls")} + "' is no number from 0 to " +
                              std::to_string(call::SpendLimit::calls_max));
  limit.calls = *calls;
  if (element.has("window")) {
    const auto window = base::parse_duration(element.attribute("window"));
    if (!window || *window <= base::Duration{0} || *window > window_max)
      return wrong("window", "window: '" + std::string{element.attribute("window")} + "' is no duration up to " +
                                 base::print_duration(window_max));
    limit.window = *window;
  }
  constexpr std::string_view known[] = {"name", "prefixes", "calls", "window"};
  for (const auto attribute : element.attributes())
    if (std::ranges::find(known, attribute) == std::end(known))
      findings.push_back({Severity::warning, element.place(attribute),
                          "unknown attribute '" + std::string{attribute} + "' of <limit>" + did_you_mean(attribute, known)});
  into.push_back(std::move(limit));
}

}  // namespace

const base::Settings<GuardSettings>& guard_settings() {
  static const base::Settings<GuardSettings> table{
      {"enabled", &S::enabled, true, Apply::reload, "Ban by itself, and limit rates. Bans by hand hold in any case."},
      {"exempt", &S::exempt, "list", "loopback.auto", Apply::reload,
       "Network lists and networks that are never banned by themselves nor limited: providers, proxies of one's own."},
      {"failures", &S::failures, "requests", 10, {1, 100'000}, Apply::reload,
       "Wrong credentials from one address within the window that ban it."},
      {"names", &S::names, "users", 20, {2, 100}, Apply::reload,
       "Users that one address may ask for within the window without showing good credentials; about."},
      {"window", &S::window, 60s, {1s, 24h}, Apply::reload, "In which failures and names are counted."},
      {"ban-time", &S::ban_time, 10min, {1s, 24h * 365}, Apply::reload, "How long a ban holds."},
      {"scanners", &S::scanners, "list", "friendly-scanner,sipvicious,sipcli,sip-scan,sundayddr,iWar,VaxSIPUserAgent,pplsip",
       Apply::reload, "Parts of User-Agent that ban at once, joined by commas."},
      {"requests-per-second", &S::requests_per_second, "requests", 1000, {0, 1'000'000}, Apply::reload,
       "Of one address, to each shard; more are dropped, and ten seconds of that ban. 0: no limit."},
      {"account-requests-per-second", &S::account_requests_per_second, "requests", 100, {0, 1'000'000}, Apply::reload,
       "Of one account, to each shard; more get 503. 0: no limit."}};
  return table;
}

GuardConfiguration GuardConfiguration::read(const Document& document, Findings& findings) {
  const auto file = document.configuration("guard.conf");
  const auto settings = file.child("settings");
  GuardConfiguration guard{guard_settings().defaults(), settings.place(), {}};
  read_parameters(settings, guard_settings(), guard.settings, {}, "guard", findings);
  for (const auto& limit : file.child("spend-limits").children("limit")) read_limit(limit, guard.spend_limits, findings);
  return guard;
}

}  // namespace dialplan
