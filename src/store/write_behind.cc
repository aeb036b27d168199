#include "store/write_behind.h"

#include <iterator>
#include <optional>

#include "base/log.h"
#include "base/metrics.h"

namespace store {

namespace {

const base::metrics::Gauge rows_waiting{"ahoy_store_rows_waiting", "Changes that are not in the database yet"};
const base::metrics::Counter rows_lost{"ahoy_store_rows_lost_total", "Changes given up because the database was away"};
const base::metrics::Counter rows_written{"ahoy_store_rows_written_total", "Changes written to the database"};

std::string key_of(const Change& change) {
  if (const auto* binding = std::get_if<Binding>(&change)) return binding->aor + '\n' + binding->id;
  if (const auto* name = std::get_if<BindingName>(&change)) return name->aor + '\n' + name->id;
  if (const auto* ban = std::get_if<Ban>(&change)) return "ban\n" + ban->network;
  if (const auto* name = std::get_if<BanName>(&change)) return "ban\n" + name->network;
  if (const auto* item = std::get_if<Item>(&change)) return "item\n" + item->kind + '\n' + item->key;
  if (const auto* name = std::get_if<ItemName>(&change)) return "item\n" + name->kind + '\n' + name->key;
  return {};
}

/// Asks the storage on the offload pool; `loaded` hears of it on this shard.
template <class Row, class Load>
void load(WriteBehind& queue, Load load, base::Function<void(base::Result<std::vector<Row>, Fault>)> loaded) {
  auto rows = std::make_shared<base::Result<std::vector<Row>, Fault>>();
  auto& shard = queue.shard();
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(shard.wall_clock());
  auto told = std::make_shared<decltype(loaded)>(std::move(loaded));
  const bool taken = shard.offload([rows, now, load, storage = queue.storage()] { *rows = load(*storage, now); },
                                   [rows, told] { (*told)(std::move(*rows)); });
  if (!taken) shard.post(shard.id(), [told] { (*told)(base::Unexpected<Fault>{Fault::busy}); });
}

}  // namespace

/// Shared with the offload thread; `owner` is looked at on the shard only.
struct WriteBehind::Batch {
  WriteBehind* owner;
  std::vector<std::string> keys;
  std::vector<Change> changes;
  base::Result<void, Fault> outcome;
};

WriteBehind::WriteBehind(io::Shard& shard, std::shared_ptr<Storage> storage)
    : shard_{shard}, storage_{std::move(storage)}, timer_{[this] { write(); }} {}

WriteBehind::~WriteBehind() {
  if (writing_) writing_->owner = nullptr;
  rows_waiting.remove(static_cast<std::int64_t>(waiting_.size()));
}

void WriteBehind::put(Change change) {
  auto key = key_of(change);
  if (const auto older = key.empty() ? newest_.end() : newest_.find(key); older != newest_.end()) {
    waiting_[older->second - first_].change = std::move(change);
    return;
  }
  if (waiting_.size() >= waiting_max) drop_oldest();
  if (!key.empty()) newest_[key] = first_ + waiting_.size();
  waiting_.push_back({std::move(key), std::move(change)});
  rows_waiting.add();
  if (!timer_.running() && !writing_) timer_.start(shard_.timers(), shard_.now() + interval);
}

void WriteBehind::drop_oldest() {
  newest_.erase(waiting_.front().key);
  waiting_.pop_front();
  ++first_;
  rows_waiting.remove();
  rows_lost.add();
}

void WriteBehind::write() {
  if (writing_ || waiting_.empty()) return;
  auto batch = std::make_shared<Batch>();
  batch->owner = this;
  const auto count = std::min(batch_max, waiting_.size());
  for (std::size_t i = 0; i < count; ++i) {
    auto& front = waiting_.front();
    newest_.erase(front.key);
    batch->keys.push_back(std::move(front.key));
    batch->changes.push_back(std::move(front.change));
    waiting_.pop_front();
    ++first_;
  }
  rows_waiting.remove(static_cast<std::int64_t>(count));
  writing_ = batch;
  const bool taken = shard_.offload(
      [batch, storage = storage_] { batch->outcome = storage->apply(batch->changes); },
      [batch] {
        if (batch->owner) batch->owner->on_written(*batch);
      });
  if (taken) return;
  batch->outcome = base::Unexpected<Fault>{Fault::busy};
  on_written(*batch);
}

void WriteBehind::on_written(Batch& batch) {
  const auto done = std::exchange(writing_, nullptr);
  if (batch.outcome) rows_written.add(batch.changes.size());
  else take_back(batch);
  if (waiting_.empty()) return;
  timer_.start(shard_.timers(), shard_.now() + (batch.outcome ? interval : retry_after));
}

/// Newest first, so that they stand in front in their order; what has been overtaken meanwhile stays away.
void WriteBehind::take_back(Batch& batch) {
  for (std::size_t i = batch.changes.size(); i-- > 0;) {
    auto& key = batch.keys[i];
    if (!key.empty() && newest_.contains(key)) continue;
    if (waiting_.size() >= waiting_max) {
      rows_lost.add();
      continue;
    }
    --first_;
    if (!key.empty()) newest_[key] = first_;
    waiting_.push_front({std::move(key), std::move(batch.changes[i])});
    rows_waiting.add();
  }
}

void WriteBehind::finish() {
  timer_.stop();
  if (const auto last = std::exchange(writing_, nullptr); last && !last->outcome) take_back(*last);
  std::vector<Change> changes;
  for (auto& each : waiting_) changes.push_back(std::move(each.change));
  rows_waiting.remove(static_cast<std::int64_t>(waiting_.size()));
  waiting_.clear();
  newest_.clear();
  if (changes.empty()) return;
  if (const auto done = storage_->apply(changes); !done) {
    rows_lost.add(changes.size());
    base::log::error("store", "{} changes are lost: {}", changes.size(), sentence(done.error()));
  }
}

void Bindings::load_all(Loaded loaded) {
  const auto rows = [](Storage& storage, std::chrono::seconds now) { return storage.load_bindings(now); };
  load<Binding>(queue_, rows, std::move(loaded));
}

void Bans::load_all(Loaded loaded) {
  const auto rows = [](Storage& storage, std::chrono::seconds now) { return storage.load_bans(now); };
  load<Ban>(queue_, rows, std::move(loaded));
}

void Items::load_all(Loaded loaded) {
  const auto rows = [kind = kind_](Storage& storage, std::chrono::seconds now) { return storage.load_items(kind, now); };
  load<Item>(queue_, rows, std::move(loaded));
}

}  // namespace store
