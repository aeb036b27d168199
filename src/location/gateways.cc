#include "location/gateways.h"

#include <set>

#include "base/text.h"

namespace location {

void Gateways::configure(std::vector<GatewayOptions> wanted) {
  std::set<std::string, std::less<>> names;
  for (auto& options : wanted) {
    if (owner_of(options.name) != shard_.id()) continue;
    names.insert(options.name);
    if (!own_.contains(options.name)) start(std::move(options));
  }
  std::vector<std::string> gone;
  for (const auto& [name, gateway] : own_)
    if (!names.contains(name)) gone.push_back(name);
  for (const auto& name : gone) remove(name);
}

void Gateways::start(GatewayOptions options) {
  const std::string name = options.name;
  own_[name] =
      std::make_unique<Gateway>(endpoint_, std::move(options), [this](const GatewayStatus& status) { spread(status); });
}

void Gateways::remove(const std::string& name) {
  const auto found = own_.find(name);
  if (found == own_.end()) return;
  found->second->unregister();
  std::erase_if(leaving_, [](const auto& gateway) { return gateway->at_rest(); });
  leaving_.push_back(std::move(found->second));
  own_.erase(found);
  spread_removal(name);
}

void Gateways::spread(const GatewayStatus& status) {
  for (auto* other : all_) {
    if (other == this) {
      if (own_.contains(status.name)) statuses_[status.name] = status;
      continue;
    }
    shard_.post(other->shard_.id(), [other, alive = other->alive_, status] {
      if (*alive) other->statuses_[status.name] = status;
    });
  }
}

void Gateways::spread_removal(const std::string& name) {
  statuses_.erase(name);
  for (auto* other : all_)
    if (other != this)
      shard_.post(other->shard_.id(), [other, alive = other->alive_, name] {
        if (*alive) other->statuses_.erase(name);
      });
}

const GatewayStatus* Gateways::find(std::string_view name) const {
  const auto found = statuses_.find(name);
  return found == statuses_.end() ? nullptr : &found->second;
}

template <class Act>
bool Gateways::act(std::string_view profile, std::string_view name, Act act) {
  bool any = false;
  for (const auto& [each, status] : statuses_) {
    if (status.profile != profile || !(base::same(name, "all") || name == each)) continue;
    any = true;
    auto* owner = all_[owner_of(each)];
    shard_.post(owner->shard_.id(), [owner, alive = owner->alive_, gateway = each, act] {
      if (*alive && owner->own_.contains(gateway)) act(*owner, gateway);
    });
  }
  return any;
}

bool Gateways::register_now(std::string_view profile, std::string_view name) {
  return act(profile, name, [](Gateways& owner, const std::string& each) { owner.own_[each]->register_now(); });
}

bool Gateways::unregister(std::string_view profile, std::string_view name) {
  return act(profile, name, [](Gateways& owner, const std::string& each) { owner.own_[each]->unregister(); });
}

bool Gateways::kill(std::string_view profile, std::string_view name) {
  return act(profile, name, [](Gateways& owner, const std::string& each) { owner.remove(each); });
}

void Gateways::count_call(std::string_view name, bool inbound, bool failed) {
  if (!find(name)) return;
  auto* owner = all_[owner_of(name)];
  shard_.post(owner->shard_.id(), [owner, alive = owner->alive_, name = std::string{name}, inbound, failed] {
    if (*alive && owner->own_.contains(name)) owner->own_[name]->count_call(inbound, failed);
  });
}

void Gateways::unregister_all() {
  for (auto& [name, gateway] : own_) gateway->unregister();
}

}  // namespace location
