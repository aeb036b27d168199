// presence/state_agent.h - what is known of the resources that this shard owns, and who is told when it changes. The "state
// agent" of RFC 6665, the event state compositor of RFC 3903.
//
// One per shard, knowing its peers. A resource belongs to the shard its user hashes to; everything here may be called on any
// shard and is carried out there. A shard that watches gets the state at once, and again when it has changed: one message a
// shard, whatever the number of its watchers. Cost: what nobody watches is noted and told to nobody.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "location/location_service.h"
#include "presence/event_package.h"
#include "sip/subscription/event_state.h"

namespace presence {

using State = std::shared_ptr<const Resource>;

/// Who watches on a shard: its subscriptions.
class Audiences {
 public:
  virtual ~Audiences() = default;
  /// `number`: the one that has begun to watch; 0: there is news for all of them.
  virtual void on_state(const std::string& aor, const State& state, std::uint64_t number) = 0;
};

class StateAgent : location::Observer {
 public:
  /// Calls of one resource that are shown.
  static constexpr std::size_t dialogs_max = 64;

  explicit StateAgent(location::LocationService& location);
  StateAgent(const StateAgent&) = delete;
  StateAgent& operator=(const StateAgent&) = delete;

  /// The agents of all shards, in the order of shards, and who is told here; before anything else.
  void join(std::vector<StateAgent*> all, Audiences& audiences);

  /// From now on Audiences::on_state() of this shard is told of `aor`; it hears the present state first. `number` is not 0 and unique
  /// on this shard.
  void watch(const std::string& aor, std::uint64_t number, const EventPackage& package, std::string watcher);
  void unwatch(const std::string& aor, std::uint64_t number);

  /// How much longer bindings are kept than was agreed (sip-expires-late-margin), by where they came in: that is not told.
  void set_margin(std::function<std::chrono::seconds(endpoint::PointId)> margin) { margin_ = std::move(margin); }

  using Published = base::Function<void(sip::EventState::Answer)>;
  /// `published` is called on this shard, later; whoever asks must still be there then.
  void publish(const std::string& aor, sip::EventState::Publish publish, Published published);
  /// A call of the resource has begun or is another one; `id` tells its calls apart.
  void set_dialog(const std::string& aor, Dialog dialog);
  void end_dialog(const std::string& aor, std::string id);
  void set_messages(const std::string& aor, const MessageCounts& counts);

  /// Of a resource of this shard; nullopt: nobody has said.
  std::optional<MessageCounts> messages_of(std::string_view aor) const;
  using Messages = std::function<void(const std::string& aor, const MessageCounts& counts)>;
  /// Hears of every set_messages() of this shard's resources.
  void set_message_listener(Messages listener) { on_messages_ = std::move(listener); }

  /// Resources of this shard of which anything is known, or that are watched.
  std::size_t resources() const { return entries_.size(); }

 private:
  struct Publications;
  struct Watch {
    std::string uri;
    const EventPackage* package;
    base::Time since;
  };
  struct Entry {
    Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry();

    std::unique_ptr<Publications> publications;
    std::vector<Dialog> dialogs;
    std::optional<MessageCounts> messages;
    std::map<std::pair<std::uint16_t, std::uint64_t>, Watch> watches;  // by shard and number
    Aspects watched;  // by any of them; grows until the last has gone
    State state;      // null: has to be made
    bool due = false;
  };
  using Entries = std::unordered_map<std::string, Entry, base::TextHash, std::equal_to<>>;

  // location::Observer
  void on_registered(std::string_view aor, const location::Binding&, bool) override { on_contacts(aor); }
  void on_unregistered(std::string_view aor, const location::Binding&) override { on_contacts(aor); }
  void on_expired(std::string_view aor, const location::Binding&) override { on_contacts(aor); }
  void on_contacts(std::string_view aor);

  /// On the shard that owns it: `change(agent, entry)` says which aspect it has changed, or nothing.
  template <class Change>
  void at_home(const std::string& aor, Change change);
  void changed(Entries::value_type& at, Aspect aspect);
  void tell(const std::string& aor);
  State state_of(Entries::value_type& at);
  void post_state(const std::string& aor, const State& state, std::uint16_t shard, std::uint64_t number = 0);
  void add_watch(Entries::value_type& at, std::uint16_t shard, std::uint64_t number, Watch watch);
  void remove_watch(const std::string& aor, std::uint16_t shard, std::uint64_t number);
  sip::EventState::Answer publish_here(Entries::value_type& at, sip::EventState::Publish publish);
  void on_publications(const std::string& aor);
  /// Goes when nothing is known of it and nobody watches.
  void settle(const std::string& aor);

  location::LocationService& location_;
  io::Shard& shard_;
  std::vector<StateAgent*> all_;
  Audiences* audiences_ = nullptr;
  Entries entries_;
  Messages on_messages_;
  std::function<std::chrono::seconds(endpoint::PointId)> margin_;
};

}  // namespace presence
