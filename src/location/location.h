// location/location.h - the bindings of the users that this shard owns, in memory.
//
// The abstract "location service" of RFC 3261 section 10. Changes are all or nothing; expired bindings are never seen
// and are removed by a timer; what changes is written behind to the store. Cost: a lookup is one probe of a hash table;
// a registered phone takes about half a KiB all in (measured in location_test.cc).
#pragma once
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "endpoint/sip_endpoint.h"
#include "location/binding.h"
#include "store/write_behind.h"

namespace location {

/// Bindings one address of record may have, whatever the configuration says.
inline constexpr std::size_t bindings_max = 64;

/// "user@domain", the domain in lower case: the key of everything here.
std::string address_of_record(std::string_view user, std::string_view domain);
/// The user of that key.
std::string_view user_of(std::string_view aor);

/// Sees what happens to bindings; never changes it. Events and presence are such observers.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_registered(std::string_view /*aor*/, const Binding&, bool /*refreshed*/) {}
  virtual void on_unregistered(std::string_view /*aor*/, const Binding&) {}
  virtual void on_expired(std::string_view /*aor*/, const Binding&) {}
};

/// What one REGISTER asks for.
struct Registration {
  std::string_view call_id;
  std::uint32_t cseq = 0;
  bool remove_all = false;                ///< Contact: *
  bool replace_others = false;            ///< Bindings it does not name go (multiple-registrations=false).
  std::size_t limit = bindings_max;       ///< after the change
  std::vector<Binding> bindings;          ///< `expires` not after now: that one is to be removed
};

enum class UpdateError : std::uint8_t {
  out_of_order,  ///< CSeq is not above that of the binding with the same Call-ID
  too_many,
};

class Location : endpoint::ConnectionWatcher {
 public:
  /// Without `keep` nothing survives the process.
  explicit Location(endpoint::SipEndpoint& endpoint, store::Bindings* keep = nullptr);
  Location(const Location&) = delete;
  Location& operator=(const Location&) = delete;
  ~Location() override { endpoint_.set_connection_watcher(nullptr); }

  /// RFC 3261 section 10.3 steps 6 and 7.
  base::Result<void, UpdateError> update(std::string_view aor, const Registration& registration);
  /// Those that have not expired, in the order in which they came. Valid until the next call.
  std::span<const Binding> find(std::string_view aor);
  /// Removes all of one address of record, as if unregistered. Answers how many.
  std::size_t flush(std::string_view aor);
  std::size_t flush_all();
  /// A binding the store remembered; ignored when its profile is gone or the user has registered meanwhile.
  bool restore(const store::Binding& kept);

  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [aor, user] : users_)
      for (const auto& binding : user.bindings) visit(std::string_view{aor}, binding);
  }
  std::size_t count() const { return count_; }
  std::size_t users() const { return users_.size(); }
  void add_observer(Observer& observer) { observers_.push_back(&observer); }

  /// Users and bindings, without the allocator's overhead.
  std::size_t bytes() const;

 private:
  struct User;
  using Users = std::unordered_map<std::string, User, base::TextHash, std::equal_to<>>;
  using Alarms = std::multimap<base::Time, Users::value_type*>;
  /// Has one alarm, not after its earliest expiry. Refreshing leaves it; it then looks and is set again.
  struct User {
    std::vector<Binding> bindings;
    Alarms::iterator alarm;
  };

  struct ConnectionHash {
    std::size_t operator()(const endpoint::ConnectionId& id) const {
      return std::hash<std::uint64_t>{}(std::uint64_t{id.shard} << 32 | id.number);
    }
  };

  base::Result<void, UpdateError> check(const User* user, const Registration& registration) const;
  void put(Users::value_type& entry, const Binding& binding);
  template <class Which>
  std::size_t remove_if(Users::value_type& entry, bool expired, Which which);
  void keep(const std::string& aor, const Binding& binding);
  void watch(Users::value_type& entry);
  void on_alarm();
  /// Who is reached over that connection only (RFC 5626, RFC 7118) is reached no more.
  void on_connection_gone(const endpoint::ConnectionId& connection) override;
  void watch_connection(Users::value_type& entry, const Binding& binding);
  Users::value_type& user(std::string_view aor);
  void settle(Users::value_type& entry);

  endpoint::SipEndpoint& endpoint_;
  io::Shard& shard_;
  store::Bindings* keep_;
  Users users_;
  std::size_t count_ = 0;
  Alarms alarms_;
  /// Users by the connection that alone leads to them; looked through, and never trusted to be current.
  std::unordered_multimap<endpoint::ConnectionId, std::string, ConnectionHash> by_connection_;
  io::Timer timer_;
  std::vector<Observer*> observers_;
};

}  // namespace location
