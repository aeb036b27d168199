#include "main/guarding.h"

#include "base/log.h"
#include "base/text.h"
#include "main/lists.h"

namespace ahoy {

namespace {

std::chrono::seconds wall_seconds(const io::Shard& shard) {
  return std::chrono::duration_cast<std::chrono::seconds>(shard.wall_clock());
}

}  // namespace

endpoint::Guard::Policy guard_policy(const dialplan::Snapshot& configuration) {
  const auto& from = configuration->guard.settings;
  endpoint::Guard::Policy policy;
  policy.enabled = from.enabled;
  policy.suspicion = {from.failures, from.names, from.window};
  policy.ban_time = from.ban_time;
  policy.requests_per_second = from.requests_per_second;
  for (const auto name : base::split(from.scanners, ','))
    if (const auto trimmed = base::trim(name); !trimmed.empty()) policy.scanners.push_back(base::lowered(trimmed));
  policy.exempt = admitted_by(configuration, from.exempt);
  return policy;
}

BanKeeper::BanKeeper(io::Shard& shard, endpoint::Guard& guard, store::WriteBehind* writes)
    : shard_{shard}, guard_{guard}, kept_{writes ? std::make_unique<store::Bans>(*writes) : nullptr},
      retry_{[this] { restore(std::move(all_)); }} {
  guard_.add_watcher(*this);
}

void BanKeeper::on_banned(const endpoint::Ban& ban) {
  if (!kept_ || !guard_.is_home_of(ban.network)) return;
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(ban.ends - shard_.now());
  kept_->save({ban.network.text(), ban.reason, wall_seconds(shard_) + left});
}

void BanKeeper::on_lifted(const base::Ip& network) {
  if (kept_ && guard_.is_home_of(network)) kept_->remove(network.text());
}

void BanKeeper::restore(std::vector<endpoint::Guard*> all) {
  all_ = std::move(all);
  if (!kept_) return;
  kept_->load_all([this, alive = alive_](base::Result<std::vector<store::Ban>, store::Fault> rows) {
    if (!*alive) return;
    if (rows) return hand_out(*rows);
    base::log::warn("guard", "bans cannot be loaded: {}; trying again", store::sentence(rows.error()));
    retry_.start(shard_.timers(), shard_.now() + restore_retry);
  });
}

void BanKeeper::hand_out(const std::vector<store::Ban>& rows) {
  auto bans = std::make_shared<std::vector<endpoint::Ban>>();
  for (const auto& row : rows)
    if (const auto network = base::Ip::parse(row.network))
      bans->push_back({*network, shard_.now() + (row.ends_at - wall_seconds(shard_)), row.reason});
  if (bans->empty()) return;
  base::log::notice("guard", "{} bans are back from before the restart", bans->size());
  for (std::size_t to = 0; to < all_.size(); ++to)
    shard_.post(static_cast<std::uint16_t>(to), [guard = all_[to], bans] {
      for (const auto& ban : *bans) guard->take(ban);
    });
}

}  // namespace ahoy
