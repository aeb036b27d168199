// endpoint/ban_list.h - addresses that nothing is taken from, until their time is over. Pure.
//
// An IPv6 peer has a whole network to itself and could change its address for every datagram: bans are of /64.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/time.h"

namespace endpoint {

/// What counts as one peer: an IPv4 address (also as ::ffff:192.0.2.1), or the first 64 bits of an IPv6 address.
base::Ip network_of(const base::Ip& ip);

struct Ban {
  base::Ip network;
  base::Time ends;
  std::string reason;
};

/// Hears of bans, on every shard.
class BanWatcher {
 public:
  virtual ~BanWatcher() = default;
  virtual void on_banned(const Ban& ban) = 0;
  /// Lifted, or over.
  virtual void on_lifted(const base::Ip& network) = 0;
};

class BanList {
 public:
  /// Some 200 bytes each. When full, the one that would end first goes.
  static constexpr std::size_t bans_max = 65'536;

  /// Whether `network` is banned at `now`: one look into a hash table.
  bool holds(const base::Ip& network, base::Time now) const {
    const auto found = bans_.find(network);
    return found != bans_.end() && found->second.ends > now;
  }
  bool empty() const { return bans_.empty(); }
  std::size_t size() const { return bans_.size(); }
  /// Takes the place of an older ban of that network.
  void add(Ban ban);
  /// False: it was not there.
  bool remove(const base::Ip& network);
  /// Removes those that have ended, and answers which.
  std::vector<base::Ip> on_time(base::Time now);
  base::Time deadline() const { return by_end_.empty() ? base::never : by_end_.begin()->first; }
  /// The next to end first.
  std::vector<Ban> all() const;
  /// So many of those that end last.
  std::vector<base::Ip> latest(std::size_t count) const;

 private:
  std::unordered_map<base::Ip, Ban, base::IpHash> bans_;
  std::set<std::pair<base::Time, base::Ip>> by_end_;
};

}  // namespace endpoint
