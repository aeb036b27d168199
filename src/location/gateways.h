// location/gateways.h - all gateways, as one shard sees them: those it owns, and the state of every one.
//
// A gateway belongs to the shard its name hashes to; its state is posted to all, so that dialling asks nobody.
#pragma once
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "location/gateway.h"

namespace location {

class Gateways {
 public:
  explicit Gateways(endpoint::SipEndpoint& endpoint) : endpoint_{endpoint}, shard_{endpoint.shard()} {}
  Gateways(const Gateways&) = delete;
  Gateways& operator=(const Gateways&) = delete;
  ~Gateways() { *alive_ = false; }

  /// Those of all shards, in the order of shards; before anything is configured.
  void join(std::vector<Gateways*> all) { all_ = std::move(all); }
  /// What the configuration has now: those that are new start, those that are gone unregister, others stay as they are.
  void configure(std::vector<GatewayOptions> wanted);
  /// Null: there is none of that name.
  const GatewayStatus* find(std::string_view name) const;
  const std::map<std::string, GatewayStatus, std::less<>>& all() const { return statuses_; }

  // By hand; for every gateway of the profile when `name` is "all". Call on any shard. False: there is none.
  bool register_now(std::string_view profile, std::string_view name);
  bool unregister(std::string_view profile, std::string_view name);
  bool kill(std::string_view profile, std::string_view name);
  /// Any shard tells of a call that is over.
  void count_call(std::string_view name, bool inbound, bool failed);
  /// Takes all registrations of this shard back: we stop.
  void unregister_all();
  /// No REGISTER of this shard is under way.
  bool at_rest() const {
    return std::ranges::all_of(own_, [](const auto& entry) { return entry.second->at_rest(); });
  }

 private:
  template <class Act>
  bool act(std::string_view profile, std::string_view name, Act act);
  std::uint16_t owner_of(std::string_view name) const { return io::owner_of(name, static_cast<std::uint16_t>(all_.size())); }
  void start(GatewayOptions options);
  void remove(const std::string& name);
  void spread(const GatewayStatus& status);
  void spread_removal(const std::string& name);

  endpoint::SipEndpoint& endpoint_;
  io::Shard& shard_;
  std::vector<Gateways*> all_;
  std::map<std::string, std::unique_ptr<Gateway>, std::less<>> own_;
  std::vector<std::unique_ptr<Gateway>> leaving_;
  std::map<std::string, GatewayStatus, std::less<>> statuses_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace location
