// presence/reg_event.h - the event package "reg": who is registered, and where. RFC 3680.
//
// Documents hold the whole state. A refresh alone changes nothing worth a NOTIFY: an expiry time is only told with the next
// real change.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "presence/event_package.h"
#include "location/location_service.h"

namespace presence {

class Subscriptions;

/// application/reginfo+xml; `now` makes what is left of the expiry times.
std::string reginfo(std::string_view aor, std::span<const location::Binding> bindings, std::uint32_t version, base::Time now);

/// One per shard: tells the shards that watch a user of this one what happens to its bindings.
class RegEvent : public EventPackage, public location::Observer {
 public:
  explicit RegEvent(location::LocationService& location) : location_{location} { location.local().add_observer(*this); }
  RegEvent(const RegEvent&) = delete;
  RegEvent& operator=(const RegEvent&) = delete;

  /// The packages of all shards, in the order of shards, and who is told here; before anything is watched.
  void join(std::vector<RegEvent*> all, Subscriptions& subscriptions) {
    all_ = std::move(all);
    subscriptions_ = &subscriptions;
  }

  std::string_view name() const override { return "reg"; }
  std::string_view content_type() const override { return "application/reginfo+xml"; }
  void describe(const std::string& aor, std::uint32_t version, base::Function<void(std::string)> done) override;
  void watch(const std::string& aor, bool wanted) override;

  void on_registered(std::string_view aor, const location::Binding&, bool refreshed) override {
    if (!refreshed) tell(aor);
  }
  void on_unregistered(std::string_view aor, const location::Binding&) override { tell(aor); }
  void on_expired(std::string_view aor, const location::Binding&) override { tell(aor); }
  /// Users that somebody watches.
  std::size_t watched() const { return watching_.size(); }

 private:
  void count(const std::string& aor, std::uint16_t shard, bool wanted);
  void tell(std::string_view aor);

  location::LocationService& location_;
  std::vector<RegEvent*> all_;
  Subscriptions* subscriptions_ = nullptr;
  /// How many subscriptions of each shard watch a user of this one.
  std::unordered_map<std::string, std::vector<std::uint32_t>, base::TextHash, std::equal_to<>> watching_;
};

}  // namespace presence
