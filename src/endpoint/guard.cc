#include "endpoint/guard.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "sip/header/to.h"

namespace endpoint {

namespace {

const base::metrics::Counter banned_total{"ahoy_bans_total", "Addresses banned"};
const base::metrics::Counter dropped_banned{"ahoy_banned_dropped_total", "Datagrams and connections of banned addresses"};
const base::metrics::Counter dropped_rate{"ahoy_rate_dropped_total", "Requests dropped because their address sent too many"};
const base::metrics::Gauge bans_alive{"ahoy_bans", "Bans that hold; each shard counts its copy"};

/// What a peer begins to talk with. Others belong to something that was let in.
bool begins_something(const sip::Message& request) {
  switch (request.method()) {
    case sip::Method::ack:
    case sip::Method::bye:
    case sip::Method::cancel:
    case sip::Method::prack:
    case sip::Method::update:
    case sip::Method::info: return false;
    default: return true;
  }
}

bool contains(std::string_view text, std::string_view lowered) {
  const auto same = [](char a, char b) { return base::lower(a) == b; };
  return std::search(text.begin(), text.end(), lowered.begin(), lowered.end(), same) != text.end();
}

std::uint64_t key_of(const base::Ip& network) { return base::IpHash{}(network); }

}  // namespace

Guard::~Guard() { bans_alive.remove(static_cast<std::int64_t>(bans_.size())); }

void Guard::set_policy(Policy policy) {
  policy_ = std::move(policy);
  suspicion_.set_policy(policy_.suspicion);
}

bool Guard::admits(const base::Ip& from, std::string_view bytes) {
  if (!admits(from)) {
    dropped_banned.add();
    return false;
  }
  constexpr std::string_view response = "SIP/2.0 ";
  if (!policy_.enabled || policy_.requests_per_second == 0 || bytes.starts_with(response)) return true;
  const auto key = key_of(network_of(from));
  const auto verdict = rates_.take(key, policy_.requests_per_second, shard_.now());
  if (verdict == RateLimit::Verdict::within) return true;
  if (is_exempt(from)) {
    rates_.forgive(key, shard_.now());
    return true;
  }
  dropped_rate.add();
  if (verdict == RateLimit::Verdict::flood)
    condemn(from, "more than " + std::to_string(policy_.requests_per_second) + " requests a second");
  return false;
}

bool Guard::is_scanner(const sip::Message& request) const {
  const auto agent = request.text_of("User-Agent");
  return agent && std::ranges::any_of(policy_.scanners, [&](const auto& name) { return contains(*agent, name); });
}

bool Guard::admits(const base::Ip& from, const sip::Message& request) {
  if (!policy_.enabled || !begins_something(request)) return true;
  if (is_scanner(request) && !is_exempt(from)) {
    condemn(from, "a scanner by its User-Agent");
    return false;
  }
  // OPTIONS is challenged nowhere, and asked of one user after another it is a sweep.
  if (request.method() == sip::Method::options)
    if (const auto to = request.get<sip::To>(); to && !to->params.has("tag"))
      look_closer(from, [user = to->uri.user_decoded()](Suspicion& at, std::uint64_t key, base::Time now) {
        return at.on_stranger(key, user, now);
      });
  return true;
}

/// `look` answers a reason for a ban, or nothing.
template <class Look>
void Guard::look_closer(const base::Ip& ip, Look look) {
  if (!policy_.enabled) return;
  const auto home = home_of(network_of(ip));
  const auto there = [ip, look = std::move(look)](Guard& guard) {
    auto reason = look(guard.suspicion_, key_of(network_of(ip)), guard.shard_.now());
    if (reason) guard.condemn(ip, std::move(*reason));
  };
  if (home == shard_.id()) return there(*this);
  shard_.post(home, [there, guard = all_[home]] { there(*guard); });
}

void Guard::on_challenged(const AuthAttempt& attempt) {
  look_closer(attempt.from.ip, [user = std::string{attempt.user}](Suspicion& at, std::uint64_t key, base::Time now) {
    return at.on_stranger(key, user, now);
  });
}

void Guard::on_failed(const AuthAttempt& attempt) {
  look_closer(attempt.from.ip, [](Suspicion& at, std::uint64_t key, base::Time now) { return at.on_failure(key, now); });
}

void Guard::on_accepted(const AuthAttempt& attempt) {
  look_closer(attempt.from.ip, [](Suspicion& at, std::uint64_t key, base::Time now) {
    at.on_accepted(key, now);
    return std::optional<std::string>{};
  });
}

void Guard::condemn(const base::Ip& ip, std::string reason) {
  if (!is_exempt(ip) && !is_banned(ip)) ban(ip, policy_.ban_time, std::move(reason));
}

void Guard::ban(const base::Ip& ip, base::Duration duration, std::string reason) {
  const Ban made{network_of(ip), shard_.now() + duration, std::move(reason)};
  banned_total.add();
  base::log::warn("guard", "banned {}: {}; for {} s", made.network.text(), made.reason,
                  std::chrono::duration_cast<std::chrono::seconds>(duration).count());
  // Here at once: what else lies in this batch is not looked at any more.
  take(made);
  for (auto* guard : all_)
    if (guard != this) shard_.post(guard->shard_.id(), [guard, made] { guard->take(made); });
}

void Guard::lift(const base::Ip& ip) {
  for (auto* guard : all_) shard_.post(guard->shard_.id(), [guard, network = network_of(ip)] { guard->drop(network); });
}

void Guard::take(const Ban& ban) {
  const auto before = bans_.size();
  bans_.add(ban);
  bans_alive.add(static_cast<std::int64_t>(bans_.size() - before));
  ends_.start(shard_.timers(), bans_.deadline());
  for (auto* watcher : watchers_) watcher->on_banned(ban);
}

void Guard::drop(const base::Ip& network) {
  if (bans_.remove(network)) forget(network);
}

void Guard::forget(const base::Ip& network) {
  bans_alive.remove();
  for (auto* watcher : watchers_) watcher->on_lifted(network);
}

void Guard::on_time() {
  for (const auto& network : bans_.on_time(shard_.now())) forget(network);
  ends_.start(shard_.timers(), bans_.deadline());
}

}  // namespace endpoint
