// location/pinger.h - OPTIONS to registered phones: keeps NAT mappings open and finds phones that are gone.
//
// nat-options-ping, all-reg-options-ping, ping-mean-interval, unregister-on-options-fail. One a shard, for the bindings
// it owns. Each phone has a time of its own, a third around the mean, so that ten thousand are not pinged at once.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <unordered_map>

#include "location/location.h"

namespace location {

struct PingPolicy {
  bool behind_nat = false, everybody = false;
  base::Duration mean = std::chrono::seconds{30};
  bool unregister = false;  ///< who has missed `misses_max` pings in a row
};

class Pinger : Observer, endpoint::ClientUser {
 public:
  static constexpr int misses_max = 2;
  using PolicyOf = std::function<PingPolicy(endpoint::PointId)>;

  Pinger(endpoint::SipEndpoint& endpoint, Location& location);
  ~Pinger() override;
  void set_policy(PolicyOf policy) { policy_of_ = std::move(policy); }
  std::size_t watched() const { return phones_.size(); }

 private:
  struct Phone {
    std::string aor, id;  // of the binding
    base::Time due;
    int misses = 0;
  };
  using Key = std::string;

  void on_registered(std::string_view aor, const Binding& binding, bool refreshed) override;
  void on_unregistered(std::string_view aor, const Binding& binding) override { forget(aor, binding); }
  void on_expired(std::string_view aor, const Binding& binding) override { forget(aor, binding); }
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;

  static Key key(std::string_view aor, const Binding& binding) { return std::string{aor} + "|" + binding.id(); }
  void forget(std::string_view aor, const Binding& binding);
  void schedule(const Key& key, Phone& phone, base::Duration mean);
  void work();
  void ping(const Key& key, Phone& phone);
  void missed(const Key& key);
  const Binding* find(const Phone& phone);

  endpoint::SipEndpoint& endpoint_;
  Location& location_;
  PolicyOf policy_of_;
  std::unordered_map<Key, Phone> phones_;
  std::multimap<base::Time, Key> due_;
  std::unordered_map<endpoint::TransactionId, Key> asked_;
  io::Timer timer_;
};

/// Whether a REGISTER came from another place than its contact names.
bool is_behind_nat(const Binding& binding);

}  // namespace location
