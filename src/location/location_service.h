// location/location_service.h - where is somebody? Asked on any shard, answered by the shard that owns the user.
//
// One per shard, knowing its peers. Answers are copies and come through the asking shard's queue, never from inside
// the call; whoever asks must still be there then (Lookup, for coroutines, takes care of that).
#pragma once
#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "location/location.h"

namespace location {

/// A binding and whose it is, for listings.
struct Entry {
  std::string aor;
  Binding binding;
};

class LocationService {
 public:
  using Found = base::Function<void(std::vector<Binding>)>;
  using Listed = base::Function<void(std::vector<Entry>)>;
  using Counted = base::Function<void(std::size_t)>;

  /// While the store is away, restore() tries again this often.
  static constexpr base::Duration restore_retry = std::chrono::seconds{5};

  explicit LocationService(endpoint::SipEndpoint& endpoint, store::Bindings* keep = nullptr);
  LocationService(const LocationService&) = delete;
  LocationService& operator=(const LocationService&) = delete;
  ~LocationService() { *alive_ = false; }

  /// The services of all shards, in the order of shards; before anything is asked.
  void join(std::vector<LocationService*> all) { all_ = std::move(all); }
  /// The bindings of the users this shard owns.
  Location& local() { return location_; }
  io::Shard& shard() { return shard_; }

  /// Bindings of user@domain, highest q first and the newest first among equals.
  void find(std::string_view user, std::string_view domain, Found found);
  /// Everything, sorted by address of record.
  void list(Listed listed);
  void count(Counted counted);
  /// Unregisters user@domain, or everybody when `aor` is empty; answers how many bindings went.
  void flush(std::string aor, Counted flushed);
  /// False until what was kept is back: who is not found may be registered all the same.
  bool is_complete() const { return complete_; }
  /// Loads what the store has kept and hands it to the owners; call on one shard, once. `done` hears how many.
  void restore(Counted done);

 private:
  template <class T>
  struct Gather;

  std::uint16_t owner_of(std::string_view aor) const {
    return endpoint::owner_of_user(user_of(aor), static_cast<std::uint16_t>(all_.size()));
  }
  /// Asks every shard and calls `done` here with all answers.
  template <class T, class Ask>
  void ask_all(Ask ask, base::Function<void(std::vector<T>)> done);
  void hand_out(std::vector<store::Binding> rows, Counted done);

  io::Shard& shard_;
  store::Bindings* keep_;
  Location location_;
  std::vector<LocationService*> all_;
  io::Timer retry_;
  Counted restored_;
  bool complete_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// For coroutines: `auto bindings = co_await location::Lookup{service, user, domain};` The coroutine may be destroyed
/// meanwhile.
class Lookup {
 public:
  Lookup(LocationService& service, std::string user, std::string domain)
      : service_{service}, user_{std::move(user)}, domain_{std::move(domain)} {}
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;
  ~Lookup() { state_->waiter = {}; }

  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> waiter);
  std::vector<Binding> await_resume() { return std::move(state_->found); }

 private:
  struct State {
    std::coroutine_handle<> waiter;
    std::vector<Binding> found;
  };
  LocationService& service_;
  std::string user_, domain_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace location
