#include "endpoint/ban_list.h"

#include <algorithm>

namespace endpoint {

base::Ip network_of(const base::Ip& ip) {
  if (ip.family == base::Family::ipv4) return ip;
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  const auto& b = ip.bytes;
  if (std::equal(mapped.begin(), mapped.end(), b.begin())) return base::Ip::v4(b[12], b[13], b[14], b[15]);
  base::Ip network = ip;
  std::fill(network.bytes.begin() + 8, network.bytes.end(), std::uint8_t{0});
  return network;
}

void BanList::add(Ban ban) {
  remove(ban.network);
  if (bans_.size() >= bans_max) remove(by_end_.begin()->second);
  by_end_.emplace(ban.ends, ban.network);
  const auto network = ban.network;
  bans_.emplace(network, std::move(ban));
}

bool BanList::remove(const base::Ip& network) {
  const auto found = bans_.find(network);
  if (found == bans_.end()) return false;
  by_end_.erase({found->second.ends, found->first});
  bans_.erase(found);
  return true;
}

std::vector<base::Ip> BanList::on_time(base::Time now) {
  std::vector<base::Ip> ended;
  while (deadline() <= now) {
    ended.push_back(by_end_.begin()->second);
    remove(ended.back());
  }
  return ended;
}

std::vector<Ban> BanList::all() const {
  std::vector<Ban> list;
  for (const auto& [end, network] : by_end_) list.push_back(bans_.at(network));
  return list;
}

std::vector<base::Ip> BanList::latest(std::size_t count) const {
  std::vector<base::Ip> list;
  for (auto at = by_end_.rbegin(); at != by_end_.rend() && list.size() < count; ++at) list.push_back(at->second);
  return list;
}

}  // namespace endpoint
