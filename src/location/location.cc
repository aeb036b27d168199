#include "location/location.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"

namespace location {

namespace {

const base::metrics::Gauge bindings_now{"ahoy_registrations", "Contacts registered now"};
const base::metrics::Counter expired_total{"ahoy_registrations_expired_total", "Contacts that were not refreshed"};

}  // namespace

std::string address_of_record(std::string_view user, std::string_view domain) {
  return std::string{user} + '@' + base::lowered(domain);
}

std::string_view user_of(std::string_view aor) { return aor.substr(0, aor.rfind('@')); }

Location::Location(endpoint::SipEndpoint& endpoint, store::Bindings* keep)
    : endpoint_{endpoint}, shard_{endpoint.shard()}, keep_{keep}, timer_{[this] { on_alarm(); }} {
  endpoint.set_connection_watcher(this);
}

std::span<const Binding> Location::find(std::string_view aor) {
  const auto found = users_.find(aor);
  if (found == users_.end()) return {};
  const auto now = shard_.now();
  remove_if(*found, true, [&](const Binding& binding) { return binding.expires <= now; });
  return found->second.bindings;
}

base::Result<void, UpdateError> Location::check(const User* user, const Registration& asked) const {
  const auto now = shard_.now();
  std::size_t staying = 0;
  const auto stale = [&](const Binding& present) { return present.call_id() == asked.call_id && asked.cseq <= present.cseq; };
  const std::span<const Binding> present = user ? std::span<const Binding>{user->bindings} : std::span<const Binding>{};
  for (const auto& binding : present) {
    if (binding.expires <= now) continue;
    const bool named = asked.remove_all || std::ranges::any_of(asked.bindings, [&](const Binding& each) {
                         return each.names_same(binding);
                       });
    if (named && stale(binding)) return base::Unexpected<UpdateError>{UpdateError::out_of_order};
    if (!named && !asked.replace_others) ++staying;
  }
  const auto added = std::ranges::count_if(asked.bindings, [&](const Binding& each) { return each.expires > now; });
  const auto limit = std::min(asked.limit, bindings_max);
  if (added > 0 && staying + static_cast<std::size_t>(added) > limit)
    return base::Unexpected<UpdateError>{UpdateError::too_many};
  return {};
}

base::Result<void, UpdateError> Location::update(std::string_view aor, const Registration& asked) {
  const auto now = shard_.now();
  const auto found = users_.find(aor);
  if (auto checked = check(found == users_.end() ? nullptr : &found->second, asked); !checked) return checked;
  const bool adds = std::ranges::any_of(asked.bindings, [&](const Binding& each) { return each.expires > now; });
  if (found == users_.end() && !adds) return {};
  auto& entry = user(aor);
  remove_if(entry, true, [&](const Binding& present) { return present.expires <= now; });
  remove_if(entry, false, [&](const Binding& present) {
    if (asked.remove_all) return true;
    const auto named = std::ranges::find_if(asked.bindings, [&](const Binding& each) { return each.names_same(present); });
    return named == asked.bindings.end() ? asked.replace_others && adds : named->expires <= now;
  });
  for (const auto& binding : asked.bindings)
    if (binding.expires > now) put(entry, binding);
  settle(entry);
  return {};
}

void Location::put(Users::value_type& entry, const Binding& binding) {
  auto& list = entry.second.bindings;
  const auto present = std::ranges::find_if(list, [&](const Binding& each) { return each.names_same(binding); });
  const bool refreshed = present != list.end();
  if (refreshed) {
    if (keep_ && present->id() != binding.id()) keep_->remove(entry.first, present->id());
    *present = binding;
  } else {
    if (list.empty()) list.reserve(1);  // most users have one phone
    list.push_back(binding);
    ++count_;
    bindings_now.add();
  }
  keep(entry.first, binding);
  watch_connection(entry, binding);
  for (auto* observer : observers_) observer->on_registered(entry.first, binding, refreshed);
}

template <class Which>
std::size_t Location::remove_if(Users::value_type& entry, bool expired, Which which) {
  auto& list = entry.second.bindings;
  const auto gone = std::stable_partition(list.begin(), list.end(), [&](const Binding& each) { return !which(each); });
  if (gone == list.end()) return 0;
  const std::vector<Binding> removed{std::make_move_iterator(gone), std::make_move_iterator(list.end())};
  list.erase(gone, list.end());
  count_ -= removed.size();
  bindings_now.remove(static_cast<std::int64_t>(removed.size()));
  if (expired) expired_total.add(removed.size());
  for (const auto& binding : removed) {
    if (keep_) keep_->remove(entry.first, binding.id());
    for (auto* observer : observers_)
      expired ? observer->on_expired(entry.first, binding) : observer->on_unregistered(entry.first, binding);
  }
  return removed.size();
}

void Location::keep(const std::string& aor, const Binding& binding) {
  if (!keep_) return;
  const auto until = shard_.wall_clock() + (binding.expires - shard_.now());
  store::Binding row;
  row.aor = aor;
  row.id = binding.id();
  row.contact = binding.contact();
  row.call_id = binding.call_id();
  row.cseq = binding.cseq;
  row.path = binding.path();
  row.user_agent = binding.user_agent();
  row.profile = endpoint_.point(binding.flow.point).profile;
  row.transport = endpoint::parameter(binding.flow.transport);
  row.received = binding.flow.remote.text();
  row.expires_at = std::chrono::ceil<std::chrono::seconds>(until);
  keep_->save(std::move(row));
}

bool Location::restore(const store::Binding& kept) {
  const auto left = kept.expires_at - shard_.wall_clock();
  const Binding::Text text{kept.contact, kept.call_id, kept.path, kept.user_agent};
  if (left <= base::Duration{0} || text.size() > binding_text_max) return false;
  Binding binding{text};
  const auto contact = binding.parsed_contact();
  const auto flow = endpoint_.flow_again(kept.profile, kept.transport, kept.received, contact.uri);
  if (!flow) {
    base::log::notice("location", "registration of {} is forgotten: there is no profile {} for {}", kept.aor, kept.profile,
                      kept.received);
    return false;
  }
  binding.cseq = kept.cseq;
  binding.q = static_cast<std::uint16_t>(contact.q());
  if (binding.id() != kept.id) binding.reg_id = contact.reg_id().value_or(0);
  binding.flow = *flow;
  binding.expires = shard_.now() + left;

  auto& entry = user(kept.aor);
  auto& list = entry.second.bindings;
  const bool overtaken = list.size() >= bindings_max ||
                         std::ranges::any_of(list, [&](const Binding& each) { return each.names_same(binding); });
  if (!overtaken) {
    list.push_back(std::move(binding));
    ++count_;
    bindings_now.add();
    for (auto* observer : observers_) observer->on_registered(entry.first, list.back(), true);
  }
  settle(entry);
  return !overtaken;
}

std::size_t Location::flush(std::string_view aor) {
  const auto found = users_.find(aor);
  if (found == users_.end()) return 0;
  const auto count = remove_if(*found, false, [](const Binding&) { return true; });
  settle(*found);
  return count;
}

std::size_t Location::flush_all() {
  std::vector<std::string> all;
  for (const auto& [aor, user] : users_) all.push_back(aor);
  std::size_t count = 0;
  for (const auto& aor : all) count += flush(aor);
  return count;
}

Location::Users::value_type& Location::user(std::string_view aor) {
  if (const auto found = users_.find(aor); found != users_.end()) return *found;
  return *users_.try_emplace(std::string{aor}, User{{}, alarms_.end()}).first;
}

void Location::watch_connection(Users::value_type& entry, const Binding& binding) {
  if (!binding.flow.connection || !(binding.is_outbound() || is_web(binding.flow.transport))) return;
  const auto [first, last] = by_connection_.equal_range(binding.flow.connection);
  if (std::any_of(first, last, [&](const auto& known) { return known.second == entry.first; })) return;
  by_connection_.emplace(binding.flow.connection, entry.first);
}

void Location::on_connection_gone(const endpoint::ConnectionId& connection) {
  const auto [first, last] = by_connection_.equal_range(connection);
  for (auto each = first; each != last; ++each) {
    const auto found = users_.find(each->second);
    if (found == users_.end()) continue;
    remove_if(*found, true, [&](const Binding& binding) {
      return binding.flow.connection == connection && (binding.is_outbound() || is_web(binding.flow.transport));
    });
    settle(*found);
  }
  by_connection_.erase(first, last);
}

void Location::watch(Users::value_type& entry) {
  auto& user = entry.second;
  base::Time earliest = base::never;
  for (const auto& binding : user.bindings) earliest = std::min(earliest, binding.expires);
  if (user.alarm != alarms_.end() && user.alarm->first <= earliest) return;
  if (user.alarm != alarms_.end()) alarms_.erase(user.alarm);
  user.alarm = alarms_.emplace(earliest, &entry);
  if (timer_.at() > alarms_.begin()->first) timer_.start(shard_.timers(), alarms_.begin()->first);
}

void Location::on_alarm() {
  const auto now = shard_.now();
  while (!alarms_.empty() && alarms_.begin()->first <= now) {
    auto& entry = *alarms_.begin()->second;
    alarms_.erase(alarms_.begin());
    entry.second.alarm = alarms_.end();
    remove_if(entry, true, [&](const Binding& binding) { return binding.expires <= now; });
    settle(entry);
  }
  if (!alarms_.empty()) timer_.start(shard_.timers(), alarms_.begin()->first);
}

/// Else it is watched: the last thing to be done to a user.
void Location::settle(Users::value_type& entry) {
  if (!entry.second.bindings.empty()) return watch(entry);
  if (entry.second.alarm != alarms_.end()) alarms_.erase(entry.second.alarm);
  users_.erase(users_.find(entry.first));
}

std::size_t Location::bytes() const {
  std::size_t sum = users_.bucket_count() * sizeof(void*) + alarms_.size() * (sizeof(Alarms::value_type) + 4 * sizeof(void*));
  for (const auto& [aor, user] : users_) {
    sum += sizeof(Users::value_type) + 2 * sizeof(void*) + (aor.capacity() > 15 ? aor.capacity() + 1 : 0);
    for (const auto& binding : user.bindings) sum += binding.bytes();
  }
  return sum;
}

}  // namespace location
