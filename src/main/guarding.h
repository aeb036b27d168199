// main/guarding.h - guard.conf as the guard understands it, and bans that outlive the process.
#pragma once
#include <memory>
#include <vector>

#include "dialplan/configuration.h"
#include "endpoint/guard.h"
#include "store/write_behind.h"

namespace ahoy {

endpoint::Guard::Policy guard_policy(const dialplan::Snapshot& configuration);

/// Writes the bans of one shard's guard behind, and brings those of all back.
class BanKeeper : endpoint::BanWatcher {
 public:
  /// `writes` may be null: nothing is kept.
  BanKeeper(io::Shard& shard, endpoint::Guard& guard, store::WriteBehind* writes);
  BanKeeper(const BanKeeper&) = delete;
  BanKeeper& operator=(const BanKeeper&) = delete;
  ~BanKeeper() override { *alive_ = false; }

  /// Gives the guards what was kept; tries until the storage answers.
  void restore(std::vector<endpoint::Guard*> all);

 private:
  /// While the storage is away.
  static constexpr base::Duration restore_retry = std::chrono::seconds{2};

  void on_banned(const endpoint::Ban& ban) override;
  void on_lifted(const base::Ip& network) override;
  void hand_out(const std::vector<store::Ban>& rows);

  io::Shard& shard_;
  endpoint::Guard& guard_;
  std::unique_ptr<store::Bans> kept_;
  std::vector<endpoint::Guard*> all_;
  io::Timer retry_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace ahoy
