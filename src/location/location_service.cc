#include "location/location_service.h"

#include <algorithm>

#include "base/log.h"

namespace location {

LocationService::LocationService(endpoint::SipEndpoint& endpoint, store::Bindings* keep)
    : shard_{endpoint.shard()}, keep_{keep}, location_{endpoint, keep}, all_{this},
      retry_{[this] { restore(std::move(restored_)); }}, complete_{keep == nullptr} {}

void LocationService::find(std::string_view user, std::string_view domain, Found found) {
  auto aor = address_of_record(user, domain);
  auto* owner = all_[owner_of(aor)];
  shard_.post(owner->shard_.id(), [owner, asking = shard_.id(), aor = std::move(aor), found = std::move(found)]() mutable {
    const auto present = owner->location_.find(aor);
    std::vector<Binding> copies{present.rbegin(), present.rend()};
    std::ranges::stable_sort(copies, std::greater<>{}, &Binding::q);
    owner->shard_.post(asking, [found = std::move(found), copies = std::move(copies)]() mutable { found(std::move(copies)); });
  });
}

/// Lives on the asking shard; the others only carry the pointer.
template <class T>
struct LocationService::Gather {
  base::Function<void(std::vector<T>)> done;
  std::vector<T> all;
  std::size_t missing;
};

template <class T, class Ask>
void LocationService::ask_all(Ask ask, base::Function<void(std::vector<T>)> done) {
  auto gather = std::make_shared<Gather<T>>(Gather<T>{std::move(done), {}, all_.size()});
  for (auto* each : all_)
    shard_.post(each->shard_.id(), [each, asking = shard_.id(), ask, gather] {
      auto part = ask(*each);
      each->shard_.post(asking, [gather, part = std::move(part)]() mutable {
        std::ranges::move(part, std::back_inserter(gather->all));
        if (--gather->missing != 0) return;
        auto last = std::move(gather->done);  // so that it dies on this shard
        last(std::move(gather->all));
      });
    });
}

void LocationService::list(Listed listed) {
  const auto entries = [](LocationService& service) {
    std::vector<Entry> all;
    service.location_.for_each([&](std::string_view aor, const Binding& binding) {
      if (binding.expires > service.shard_.now()) all.push_back({std::string{aor}, binding});
    });
    return all;
  };
  ask_all<Entry>(entries, [listed = std::move(listed)](std::vector<Entry> all) mutable {
    std::ranges::stable_sort(all, {}, &Entry::aor);
    listed(std::move(all));
  });
}

namespace {

std::size_t sum(const std::vector<std::size_t>& numbers) {
  std::size_t total = 0;
  for (const auto number : numbers) total += number;
  return total;
}

}  // namespace

void LocationService::count(Counted counted) {
  ask_all<std::size_t>([](LocationService& service) { return std::vector{service.location_.count()}; },
                       [counted = std::move(counted)](std::vector<std::size_t> all) mutable { counted(sum(all)); });
}

void LocationService::flush(std::string aor, Counted flushed) {
  const auto flush_here = [aor](LocationService& service) {
    return std::vector{aor.empty() ? service.location_.flush_all() : service.location_.flush(aor)};
  };
  ask_all<std::size_t>(flush_here,
                       [flushed = std::move(flushed)](std::vector<std::size_t> all) mutable { flushed(sum(all)); });
}

void LocationService::restore(Counted done) {
  restored_ = std::move(done);
  if (!keep_) {
    if (restored_) restored_(0);
    return;
  }
  keep_->load_all([this, alive = alive_](base::Result<std::vector<store::Binding>, store::Fault> rows) {
    if (!*alive) return;
    if (rows) return hand_out(std::move(*rows), std::move(restored_));
    base::log::warn("location", "registrations cannot be loaded: {}; trying again", store::sentence(rows.error()));
    retry_.start(shard_.timers(), shard_.now() + restore_retry);
  });
}

void LocationService::hand_out(std::vector<store::Binding> rows, Counted done) {
  auto shares = std::make_shared<std::vector<std::vector<store::Binding>>>(all_.size());
  for (auto& row : rows) (*shares)[owner_of(row.aor)].push_back(std::move(row));
  const auto take = [shares](LocationService& service) {
    std::size_t restored = 0;
    service.complete_ = true;
    for (const auto& row : (*shares)[service.shard_.id()]) restored += service.location_.restore(row) ? 1U : 0U;
    return std::vector{restored};
  };
  ask_all<std::size_t>(take, [done = std::move(done)](std::vector<std::size_t> all) mutable {
    const auto restored = sum(all);
    if (restored != 0) base::log::notice("location", "{} registrations restored", restored);
    if (done) done(restored);
  });
}

void Lookup::await_suspend(std::coroutine_handle<> waiter) {
  state_->waiter = waiter;
  service_.find(user_, domain_, [state = state_](std::vector<Binding> found) {
    state->found = std::move(found);
    if (state->waiter) std::exchange(state->waiter, {}).resume();
  });
}

}  // namespace location
