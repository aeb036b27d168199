// store/write_behind.h - changes of one shard on their way to the storage: nobody waits, nothing on the call path blocks.
//
// Rows are collected and written in one transaction at most every `interval`, on the offload pool. While the storage is
// away they are kept and tried again; a newer change of what has a name takes the place of an older one. When the queue is
// full the oldest change is given up (and counted).
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/function.h"
#include "io/port.h"
#include "store/storage.h"

namespace store {

class WriteBehind {
 public:
  /// Between two transactions of a shard.
  static constexpr base::Duration interval = std::chrono::milliseconds{250};
  /// After a failure.
  static constexpr base::Duration retry_after = std::chrono::seconds{2};
  /// Changes that wait; about 50 MB of registrations.
  static constexpr std::size_t waiting_max = 100'000;
  /// In one transaction; so many rows take some 20 ms.
  static constexpr std::size_t batch_max = 4096;

  /// `storage` is shared by all shards.
  WriteBehind(io::Shard& shard, std::shared_ptr<Storage> storage);
  WriteBehind(const WriteBehind&) = delete;
  WriteBehind& operator=(const WriteBehind&) = delete;
  ~WriteBehind();

  void put(Change change);
  /// Writes what waits, here and now: at shutdown, after io::Engine::stop().
  void finish();

  io::Shard& shard() { return shard_; }
  const std::shared_ptr<Storage>& storage() const { return storage_; }
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::string key;  // of what has a name; empty: nothing takes its place
    Change change;
  };
  struct Batch;

  void write();
  void on_written(Batch& batch);
  void take_back(Batch& batch);
  void drop_oldest();

  io::Shard& shard_;
  std::shared_ptr<Storage> storage_;
  io::Timer timer_;
  std::deque<Waiting> waiting_;
  std::uint64_t first_ = 1'000'000'000;  // number of waiting_.front(); batches come back before it
  std::unordered_map<std::string, std::uint64_t> newest_;
  std::shared_ptr<Batch> writing_;
};

/// Registrations, from one shard.
class Bindings {
 public:
  using Loaded = base::Function<void(base::Result<std::vector<Binding>, Fault>)>;

  explicit Bindings(WriteBehind& queue) : queue_{queue} {}
  void save(Binding binding) { queue_.put(std::move(binding)); }
  void remove(std::string aor, std::string id) { queue_.put(BindingName{std::move(aor), std::move(id)}); }
  /// Every binding of every shard that has not expired; `loaded` is called on this shard. It is the caller's business
  /// to be alive then.
  void load_all(Loaded loaded);

 private:
  WriteBehind& queue_;
};

/// Banned addresses, from one shard.
class Bans {
 public:
  using Loaded = base::Function<void(base::Result<std::vector<Ban>, Fault>)>;

  explicit Bans(WriteBehind& queue) : queue_{queue} {}
  void save(Ban ban) { queue_.put(std::move(ban)); }
  void remove(std::string network) { queue_.put(BanName{std::move(network)}); }
  /// Every ban of every shard that has not ended; as with Bindings.
  void load_all(Loaded loaded);

 private:
  WriteBehind& queue_;
};

/// Items of one kind, from one shard.
class Items {
 public:
  using Loaded = base::Function<void(base::Result<std::vector<Item>, Fault>)>;

  Items(WriteBehind& queue, std::string kind) : queue_{queue}, kind_{std::move(kind)} {}
  void save(std::string key, std::string value, std::chrono::seconds expires_at) {
    queue_.put(Item{kind_, std::move(key), std::move(value), expires_at});
  }
  void remove(std::string key) { queue_.put(ItemName{kind_, std::move(key)}); }
  /// Those of every shard that have not expired; as Bindings::load_all().
  void load_all(Loaded loaded);

 private:
  WriteBehind& queue_;
  std::string kind_;
};

/// Call records, from one shard.
class CallRecords {
 public:
  explicit CallRecords(WriteBehind& queue, std::string table = "cdr") : queue_{queue}, table_{std::move(table)} {}
  /// Creates the table and its columns as they come.
  void append(Columns columns) {
    queue_.put(Record{table_, std::move(columns)});
  }

 private:
  WriteBehind& queue_;
  std::string table_;
};

}  // namespace store
