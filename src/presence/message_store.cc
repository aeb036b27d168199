#include "presence/message_store.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "presence/delivery.h"
#include "sip/header/date.h"
#include "sip/status.h"

namespace presence {

namespace {

const base::metrics::Gauge kept_now{"ahoy_messages_waiting", "Short messages kept for users who are away"};
const base::metrics::Counter expired{"ahoy_messages_expired_total", "Short messages that were kept and never fetched"};

std::string name_of(const std::string& aor, std::uint64_t number) { return aor + '\n' + std::to_string(number); }

/// The user is not there, or not now: it is tried again when it registers. Anything else is its last word.
bool is_for_later(int status) {
  constexpr int timed_out = 408, unavailable = 480, busy = 486;
  return status == timed_out || status == unavailable || status == busy || (status >= 500 && status < 600);
}

std::chrono::seconds wall_seconds(const io::Shard& shard) {
  return std::chrono::duration_cast<std::chrono::seconds>(shard.wall_clock());
}

}  // namespace

MessageStore::MessageStore(endpoint::SipEndpoint& endpoint, location::LocationService& location, std::unique_ptr<store::Items> keep)
    : endpoint_{endpoint}, shard_{endpoint.shard()}, location_{location}, keep_{std::move(keep)}, sweep_timer_{[this] { sweep(); }} {
  location.local().add_observer(*this);
}

void MessageStore::restore() {
  if (!keep_) return;
  keep_->load_all([this, alive = alive_](base::Result<std::vector<store::Item>, store::Fault> items) {
    if (!*alive) return;
    if (!items) return base::log::error("presence", "messages cannot be loaded: {}", store::sentence(items.error()));
    for (auto& item : *items) {
      const auto line = item.key.rfind('\n');
      const auto number = base::to_number<std::uint64_t>(std::string_view{item.key}.substr(std::min(line + 1, item.key.size())));
      if (line == std::string::npos || !number) continue;
      const auto aor = item.key.substr(0, line);
      const auto home = endpoint::owner_of_user(location::user_of(aor), shard_.count());
      shard_.post(home, [other = all_[home], aor, kept = Kept{*number, std::move(item.value), item.expires_at}]() mutable {
        other->put(aor, std::move(kept));
        other->deliver(aor);
      });
    }
  });
}

void MessageStore::keep(const std::string& aor, const sip::Message& message, std::chrono::seconds life,
                        base::Function<void(bool)> kept) {
  auto dated = message;
  // The receiver should know how old it is.
  if (!dated.has<sip::Date>()) dated.set(sip::Date{std::chrono::sys_seconds{wall_seconds(shard_)}});
  std::string text;
  dated.print(text);
  const auto home = endpoint::owner_of_user(location::user_of(aor), shard_.count());
  shard_.post(home, [other = all_[home], from = shard_.id(), aor, text = std::move(text), life, kept = std::move(kept)]() mutable {
    const bool taken = other->take(aor, std::move(text), life);
    other->shard_.post(from, [kept = std::move(kept), taken]() mutable { kept(taken); });
  });
}

bool MessageStore::take(const std::string& aor, std::string text, std::chrono::seconds life) {
  const auto found = mailboxes_.find(aor);
  if (found != mailboxes_.end()) drop_expired(aor, found->second);
  const auto present = found == mailboxes_.end() ? 0 : found->second.messages.size();
  if (text.size() > bytes_max || present >= of_user_max || waiting_ >= of_shard_max || life <= std::chrono::seconds{0}) return false;
  last_number_ = std::max(last_number_ + 1, static_cast<std::uint64_t>(shard_.wall_clock().count()));
  Kept kept{last_number_, std::move(text), wall_seconds(shard_) + life};
  if (keep_) keep_->save(name_of(aor, kept.number), kept.text, kept.expires_at);
  put(aor, std::move(kept));
  // It may have registered while the message was on its way here.
  deliver(aor);
  return true;
}

void MessageStore::put(const std::string& aor, Kept kept) {
  auto& messages = mailboxes_[aor].messages;
  last_number_ = std::max(last_number_, kept.number);
  messages.insert(std::ranges::upper_bound(messages, kept.number, {}, &Kept::number), std::move(kept));
  ++waiting_;
  kept_now.add();
  if (!sweep_timer_.running()) sweep_timer_.start(shard_.timers(), shard_.now() + sweep_interval);
}

void MessageStore::on_registered(std::string_view aor, const location::Binding&, bool) {
  if (!mailboxes_.contains(aor)) return;
  // The binding is not in its place yet.
  shard_.post(shard_.id(), [this, alive = alive_, name = std::string{aor}] {
    if (*alive) deliver(name);
  });
}

void MessageStore::deliver(const std::string& aor) {
  const auto found = mailboxes_.find(aor);
  if (found == mailboxes_.end() || found->second.delivering) return;
  auto& mailbox = found->second;
  drop_expired(aor, mailbox);
  if (mailbox.messages.empty()) {
    mailboxes_.erase(found);
    return;
  }
  const auto contacts = location_.local().find(aor);
  if (contacts.empty()) return;
  const auto& first = mailbox.messages.front();
  auto message = sip::Message::parse(first.text);
  if (!message) return on_delivered(aor, first.number, 0);
  mailbox.delivering = true;
  Delivery::begin(endpoint_, std::move(*message), {contacts.begin(), contacts.end()},
                  [this, alive = alive_, aor, number = first.number](int status) {
                    if (*alive) on_delivered(aor, number, status);
                  });
}

void MessageStore::on_delivered(const std::string& aor, std::uint64_t number, int status) {
  const auto found = mailboxes_.find(aor);
  if (found == mailboxes_.end()) return;
  found->second.delivering = false;
  if (is_for_later(status)) return;
  remove(aor, number);
  shard_.post(shard_.id(), [this, alive = alive_, aor] {
    if (*alive) deliver(aor);
  });
}

void MessageStore::remove(const std::string& aor, std::uint64_t number) {
  auto& messages = mailboxes_[aor].messages;
  const auto gone = std::erase_if(messages, [number](const Kept& each) { return each.number == number; });
  waiting_ -= gone;
  kept_now.remove(static_cast<std::int64_t>(gone));
  if (keep_) keep_->remove(name_of(aor, number));
}

void MessageStore::drop_expired(const std::string& aor, Mailbox& mailbox) {
  if (mailbox.delivering) return;
  std::vector<std::uint64_t> over;
  for (const auto& each : mailbox.messages)
    if (each.expires_at <= wall_seconds(shard_)) over.push_back(each.number);
  for (const auto number : over) remove(aor, number);
  expired.add(over.size());
}

void MessageStore::sweep() {
  for (auto each = mailboxes_.begin(); each != mailboxes_.end();) {
    drop_expired(each->first, each->second);
    each = each->second.messages.empty() && !each->second.delivering ? mailboxes_.erase(each) : std::next(each);
  }
  if (waiting_ != 0) sweep_timer_.start(shard_.timers(), shard_.now() + sweep_interval);
}

}  // namespace presence
