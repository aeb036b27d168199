#include "presence/state_agent.h"

#include <algorithm>

namespace presence {

/// What was published for one resource.
struct StateAgent::Publications {
  explicit Publications(base::Function<void()> on_time) : timer{std::move(on_time)} {}
  sip::EventState state{};
  std::vector<Pidf> documents{};  // of its entries
  io::Timer timer;

  void read() {
    documents.clear();
    for (const auto& entry : state.entries()) documents.push_back(Pidf::parse(entry.body).value_or(Pidf{}));
  }
};

StateAgent::Entry::Entry() = default;
StateAgent::Entry::~Entry() = default;

StateAgent::StateAgent(location::LocationService& location)
    : location_{location}, shard_{location.shard()} {
  location.local().add_observer(*this);
}

void StateAgent::join(std::vector<StateAgent*> all, Audiences& audiences) {
  all_ = std::move(all);
  audiences_ = &audiences;
}

template <class Change>
void StateAgent::at_home(const std::string& aor, Change change) {
  const auto home = endpoint::owner_of_user(location::user_of(aor), shard_.count());
  shard_.post(home, [agent = all_[home], aor, change = std::move(change)]() mutable {
    const auto entry = agent->entries_.try_emplace(aor).first;
    change(*agent, *entry);
    agent->settle(aor);
  });
}

void StateAgent::watch(const std::string& aor, std::uint64_t number, const EventPackage& package, std::string watcher) {
  at_home(aor, [from = shard_.id(), number, watch = Watch{std::move(watcher), &package, shard_.now()}](StateAgent& home, auto& at) mutable {
    home.add_watch(at, from, number, std::move(watch));
  });
}

void StateAgent::unwatch(const std::string& aor, std::uint64_t number) {
  at_home(aor, [from = shard_.id(), number](StateAgent& home, auto& at) { home.remove_watch(at.first, from, number); });
}

void StateAgent::publish(const std::string& aor, sip::EventState::Publish publish, Published published) {
  at_home(aor, [from = shard_.id(), publish = std::move(publish), published = std::move(published)](StateAgent& home, auto& at) mutable {
    home.shard_.post(from, [published = std::move(published), answer = home.publish_here(at, std::move(publish))]() mutable {
      published(std::move(answer));
    });
  });
}

void StateAgent::set_dialog(const std::string& aor, Dialog dialog) {
  at_home(aor, [dialog = std::move(dialog)](StateAgent& home, auto& at) mutable {
    auto& dialogs = at.second.dialogs;
    const auto known = std::ranges::find(dialogs, dialog.id, &Dialog::id);
    if (known != dialogs.end() && *known == dialog) return;
    if (known != dialogs.end()) *known = std::move(dialog);
    else if (dialogs.size() < dialogs_max) dialogs.push_back(std::move(dialog));
    home.changed(at, Aspect::dialogs);
  });
}

void StateAgent::end_dialog(const std::string& aor, std::string id) {
  at_home(aor, [id = std::move(id)](StateAgent& home, auto& at) {
    if (std::erase_if(at.second.dialogs, [&](const Dialog& each) { return each.id == id; }) != 0) home.changed(at, Aspect::dialogs);
  });
}

void StateAgent::set_messages(const std::string& aor, const MessageCounts& counts) {
  at_home(aor, [counts](StateAgent& home, auto& at) {
    at.second.messages = counts;
    home.changed(at, Aspect::messages);
    if (home.on_messages_) home.on_messages_(at.first, counts);
  });
}

std::optional<MessageCounts> StateAgent::messages_of(std::string_view aor) const {
  const auto found = entries_.find(aor);
  return found == entries_.end() ? std::nullopt : found->second.messages;
}

void StateAgent::on_contacts(std::string_view aor) {
  if (const auto found = entries_.find(aor); found != entries_.end()) changed(*found, Aspect::contacts);
}

sip::EventState::Answer StateAgent::publish_here(Entries::value_type& at, sip::EventState::Publish publish) {
  auto& publications = at.second.publications;
  if (!publications) publications = std::make_unique<Publications>([this, aor = at.first] { on_publications(aor); });
  auto answer = publications->state.on_publish(std::move(publish), shard_.random().hex(16), shard_.now());
  if (answer.changed) {
    publications->read();
    changed(at, Aspect::publications);
  }
  publications->timer.start(shard_.timers(), publications->state.deadline());
  if (publications->state.entries().empty()) publications.reset();
  return answer;
}

void StateAgent::on_publications(const std::string& aor) {
  const auto found = entries_.find(aor);
  if (found == entries_.end() || !found->second.publications) return;
  auto& publications = *found->second.publications;
  if (publications.state.on_time(shard_.now())) {
    publications.read();
    changed(*found, Aspect::publications);
  }
  if (!publications.state.entries().empty()) return publications.timer.start(shard_.timers(), publications.state.deadline());
  // Not from within its own timer.
  shard_.post(shard_.id(), [this, name = found->first] {
    const auto again = entries_.find(name);
    if (again == entries_.end() || !again->second.publications || !again->second.publications->state.entries().empty()) return;
    again->second.publications.reset();
    settle(name);
  });
}

/// Several changes of one turn are told as one.
void StateAgent::changed(Entries::value_type& at, Aspect aspect) {
  auto& entry = at.second;
  if (!entry.watched.has(aspect)) return;
  entry.state.reset();
  if (!std::exchange(entry.due, true)) shard_.post(shard_.id(), [this, aor = at.first] { tell(aor); });
}

void StateAgent::tell(const std::string& aor) {
  const auto found = entries_.find(aor);
  if (found == entries_.end()) return;
  found->second.due = false;
  const auto state = state_of(*found);
  const auto& watches = found->second.watches;
  for (auto each = watches.begin(); each != watches.end();) {
    const auto shard = each->first.first;
    post_state(aor, state, shard);
    while (each != watches.end() && each->first.first == shard) ++each;
  }
  settle(aor);
}

void StateAgent::post_state(const std::string& aor, const State& state, std::uint16_t shard, std::uint64_t number) {
  shard_.post(shard, [agent = all_[shard], aor, state, number] { agent->audiences_->on_state(aor, state, number); });
}

State StateAgent::state_of(Entries::value_type& at) {
  auto& [aor, entry] = at;
  if (entry.state) return entry.state;
  auto fresh = std::make_shared<Resource>();
  if (entry.watched.has(Aspect::contacts)) {
    const auto contacts = location_.local().find(aor);
    fresh->contacts.assign(contacts.begin(), contacts.end());
    if (margin_)
      for (auto& contact : fresh->contacts) contact.expires -= margin_(contact.flow.point);
  }
  if (entry.publications) fresh->publications = entry.publications->documents;
  fresh->dialogs = entry.dialogs;
  fresh->messages = entry.messages.value_or(MessageCounts{});
  if (entry.watched.has(Aspect::watchers))
    for (const auto& [key, watch] : entry.watches)
      if (watch.package->spec().name == "presence")
        fresh->watchers.push_back({std::uint64_t{key.first} << 48 | key.second, watch.uri, watch.since});
  entry.state = std::move(fresh);
  return entry.state;
}

void StateAgent::add_watch(Entries::value_type& at, std::uint16_t shard, std::uint64_t number, Watch watch) {
  auto& entry = at.second;
  if (!entry.watched.hold(watch.package->spec().aspects)) {
    entry.watched.add(watch.package->spec().aspects);
    entry.state.reset();
  }
  entry.watches.insert_or_assign({shard, number}, std::move(watch));
  changed(at, Aspect::watchers);
  post_state(at.first, state_of(at), shard, number);
}

void StateAgent::remove_watch(const std::string& aor, std::uint16_t shard, std::uint64_t number) {
  const auto found = entries_.find(aor);
  if (found->second.watches.erase({shard, number}) != 0) changed(*found, Aspect::watchers);
  if (!found->second.watches.empty()) return;
  found->second.watched = {};
  found->second.state.reset();
}

void StateAgent::settle(const std::string& aor) {
  const auto found = entries_.find(aor);
  if (found == entries_.end()) return;
  const auto& entry = found->second;
  const bool empty = !entry.publications && entry.dialogs.empty() && !entry.messages && entry.watches.empty();
  if (empty && !entry.due) entries_.erase(found);
}

}  // namespace presence
