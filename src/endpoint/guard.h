// endpoint/guard.h - who is let in at all: bans, rates, scanners. Asked before anything is parsed.
//
// Every shard has one, with a copy of all bans; what one learns it posts to the others. What makes an address
// suspicious is counted on one shard, its home, wherever its requests are handled. An address is an IPv4 address or an
// IPv6 network of 64 bits. Senders of datagrams can be forged: whoever must never be banned is exempt.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "endpoint/auth_observer.h"
#include "endpoint/ban_list.h"
#include "endpoint/rate_limit.h"
#include "endpoint/suspicion.h"
#include "io/port.h"
#include "sip/message.h"

namespace endpoint {

class Guard : public AuthObserver {
 public:
  struct Policy {
    bool enabled = true;  ///< False: nobody is banned by itself, and there are no rates; bans that are there hold.
    Suspicion::Policy suspicion;
    base::Duration ban_time = std::chrono::minutes{10};
    std::uint32_t requests_per_second = 0;        ///< Of one address to each shard; 0: no limit.
    std::vector<std::string> scanners;            ///< Parts of User-Agent, in lower case.
    std::function<bool(const base::Ip&)> exempt;  ///< Empty: nobody.
  };

  explicit Guard(io::Shard& shard) : shard_{shard}, all_{this}, ends_{[this] { on_time(); }} {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() override;

  /// The guards of all shards, in the order of shards; before anything is opened.
  void join(std::vector<Guard*> all) { all_ = std::move(all); }
  void set_policy(Policy policy);
  void add_watcher(BanWatcher& watcher) { watchers_.push_back(&watcher); }

  /// Whether `from` may speak: one look into a hash table.
  bool admits(const base::Ip& from) const { return bans_.empty() || !bans_.holds(network_of(from), shard_.now()); }
  /// The same for bytes that begin a message; requests count.
  bool admits(const base::Ip& from, std::string_view bytes);
  /// Whether a request that was parsed goes on: a scanner's does not, and is the last one.
  bool admits(const base::Ip& from, const sip::Message& request);

  void on_challenged(const AuthAttempt& attempt) override;
  void on_failed(const AuthAttempt& attempt) override;
  void on_accepted(const AuthAttempt& attempt) override;

  /// From any shard. It holds everywhere after the next turns.
  void ban(const base::Ip& ip, base::Duration duration, std::string reason);
  void lift(const base::Ip& ip);
  /// A ban of another shard, or one kept from before a restart: it holds on this shard from now on.
  void take(const Ban& ban);
  std::vector<Ban> bans() const { return bans_.all(); }
  std::vector<base::Ip> latest_bans(std::size_t count) const { return bans_.latest(count); }
  bool is_banned(const base::Ip& ip) const { return bans_.holds(network_of(ip), shard_.now()); }
  /// Whether this shard is the one that keeps watch over `network`.
  bool is_home_of(const base::Ip& network) const { return home_of(network) == shard_.id(); }

 private:
  std::uint16_t home_of(const base::Ip& network) const {
    return static_cast<std::uint16_t>(base::IpHash{}(network) % all_.size());
  }
  template <class Look>
  void look_closer(const base::Ip& ip, Look look);
  bool is_exempt(const base::Ip& ip) const { return policy_.exempt && policy_.exempt(ip); }
  /// By itself: not who is exempt, and not twice.
  void condemn(const base::Ip& ip, std::string reason);
  bool is_scanner(const sip::Message& request) const;
  void drop(const base::Ip& network);
  void forget(const base::Ip& network);
  void on_time();

  io::Shard& shard_;
  std::vector<Guard*> all_;
  Policy policy_;
  BanList bans_;
  RateLimit rates_;
  Suspicion suspicion_;
  std::vector<BanWatcher*> watchers_;
  io::Timer ends_;
};

}  // namespace endpoint
