#include "record/journal.h"

#include <fmt/format.h>

#include <algorithm>

namespace record {

namespace {

/// What of a message explains it, found in one walk over its lines: the journal sees every message of every call.
struct Gist {
  std::string_view title, call_id, cseq, reason, media, connection;

  explicit Gist(std::string_view bytes) {
    title = take_line(bytes);
    if (title.starts_with("SIP/2.0 ")) title.remove_prefix(8);
    else if (title.ends_with(" SIP/2.0")) title.remove_suffix(8);
    title = title.substr(0, CallJournal::text_max);
    while (!bytes.empty() && (media.empty() || connection.empty())) {
      const auto line = take_line(bytes);
      if (line.empty()) continue;
      switch (line.front()) {
        case 'C':
          note(line, "Call-ID:", call_id);
          note(line, "CSeq:", cseq);
          break;
        case 'R': note(line, "Reason:", reason); break;
        case 'm': note(line, "m=", media); break;
        case 'c': note(line, "c=", connection); break;
        default: break;
      }
    }
  }

  /// CSeq, Reason, and where and how media is wanted.
  std::string detail() const {
    std::string detail;
    detail.reserve(cseq.size() + reason.size() + media.size() + connection.size() + 5);
    detail.append(cseq);
    if (!reason.empty()) detail.append("; ").append(reason);
    if (!media.empty()) detail.append("; ").append(media);
    if (!media.empty() && !connection.empty()) detail.append(" ").append(connection);
    if (detail.size() > CallJournal::text_max) detail.resize(CallJournal::text_max);
    return detail;
  }

 private:
  static std::string_view take_line(std::string_view& bytes) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    auto line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  }
  /// The first of its name counts.
  static void note(std::string_view line, std::string_view name, std::string_view& value) {
    if (value.empty() && line.starts_with(name)) value = base::trim(line.substr(name.size()));
  }
};

bool named(const CallJournal& call, std::string_view uuid) {
  if (call.call_uuid.starts_with(uuid)) return true;
  return std::ranges::any_of(call.legs, [&](const auto& leg) { return leg.uuid.starts_with(uuid); });
}

}  // namespace

bool CallJournal::failed() const {
  if (legs.empty()) return false;
  return std::ranges::none_of(legs, [](const Leg& leg) { return leg.record && leg.record->answered != call::WallTime{}; });
}

const CallJournal* Journal::find(std::string_view uuid) const {
  if (uuid.empty()) return nullptr;
  for (const auto& [id, call] : living_)
    if (named(*call, uuid)) return call.get();
  for (const auto* kept : {&done_, &failed_})
    for (auto it = kept->rbegin(); it != kept->rend(); ++it)
      if (named(**it, uuid)) return it->get();
  return nullptr;
}

std::vector<const CallJournal*> Journal::list(std::size_t most) const {
  std::vector<const CallJournal*> all;
  for (const auto& [id, call] : living_) all.push_back(call.get());
  for (const auto* kept : {&done_, &failed_})
    for (const auto& call : *kept) all.push_back(call.get());
  const auto begun = [](const CallJournal* call) { return call->entries.empty() ? call::WallTime{} : call->entries.front().at; };
  std::ranges::sort(all, [&](const auto* a, const auto* b) { return begun(a) > begun(b); });
  if (all.size() > most) all.resize(most);
  return all;
}

void Journal::append(CallJournal& call, JournalEntry entry) {
  if (call.entries.size() >= CallJournal::entries_max) {
    ++call.left_out;
    return;
  }
  call.entries.push_back(std::move(entry));
}

void Journal::on_message(Way way, const endpoint::Flow& flow, std::string_view call_id, std::string_view bytes) {
  const Gist gist{bytes};
  if (call_id.empty()) call_id = gist.call_id;
  const auto found = by_call_id_.find(call_id);
  const bool known = found != by_call_id_.end();
  // Only what a call may begin with is kept for a leg to claim.
  const bool may_begin = bytes.starts_with("INVITE ") || bytes.starts_with("SIP/2.0 100");
  if (!known && !may_begin) return;
  JournalEntry entry{now(), way == Way::in ? JournalEntry::Kind::sip_in : JournalEntry::Kind::sip_out, 0, std::string{gist.title},
                     gist.detail()};
  if (known) {
    entry.leg = found->second.leg;
    auto& leg = found->second.call->legs[entry.leg];
    if (leg.peer.empty()) leg.peer = flow.remote.text();
    return append(*found->second.call, std::move(entry));
  }
  unclaimed_.push_back({std::string{call_id}, std::move(entry), flow.remote.text()});
  if (unclaimed_.size() > unclaimed_max) unclaimed_.pop_front();
}

void Journal::on_created(const call::Leg& leg) {
  auto& call = living_[leg.call_uuid()];
  if (!call) {
    call = std::make_unique<CallJournal>();
    call->call_uuid = leg.call_uuid();
  }
  if (call->legs.size() >= CallJournal::legs_max) {
    ++call->left_out;
    return;
  }
  by_leg_[leg.uuid()] = {call.get(), static_cast<std::uint8_t>(call->legs.size())};
  call->legs.push_back({leg.uuid(), {}, leg.direction() == call::Direction::inbound, {}, {}});
  ++call->alive;
}

Journal::Place* Journal::place_of(const call::Leg& leg) {
  const auto found = by_leg_.find(leg.uuid());
  return found == by_leg_.end() ? nullptr : &found->second;
}

void Journal::on_dialog(const call::Leg& leg, std::string_view call_id) {
  const auto* place = place_of(leg);
  if (!place) return;
  auto& here = place->call->legs[place->leg];
  if (!here.call_id.empty()) by_call_id_.erase(here.call_id);
  here.call_id = call_id;
  by_call_id_[here.call_id] = *place;
  for (auto it = unclaimed_.begin(); it != unclaimed_.end();) {
    if (it->call_id != call_id) {
      ++it;
      continue;
    }
    it->entry.leg = place->leg;
    here.peer = it->peer;
    append(*place->call, std::move(it->entry));
    it = unclaimed_.erase(it);
  }
}

void Journal::on_execute(const call::Leg& leg, std::string_view application, std::string_view data) {
  if (const auto* place = place_of(leg))
    append(*place->call, {now(), JournalEntry::Kind::dialplan, place->leg,
                          fmt::format("{} {}", application, data.substr(0, CallJournal::text_max)), {}});
}

void Journal::on_bridge(const call::Leg& a, const call::Leg& b) {
  if (const auto* place = place_of(a))
    append(*place->call, {now(), JournalEntry::Kind::event, place->leg,
                          fmt::format("talking to {}", b.caller().destination_number), {}});
}

void Journal::on_digit(const call::Leg& leg, char digit) {
  if (const auto* place = place_of(leg))
    append(*place->call, {now(), JournalEntry::Kind::event, place->leg, fmt::format("digit {}", digit), {}});
}

void Journal::on_unheard(const call::Leg& leg, const std::optional<base::Address>& expected) {
  const auto* place = place_of(leg);
  if (!place) return;
  const bool caller = leg.direction() == call::Direction::inbound;
  append(*place->call, {now(), JournalEntry::Kind::media, place->leg,
                        fmt::format("not heard: the {}, {}; nothing came from {} for {:.1f} s", caller ? "caller" : "callee",
                                    caller ? leg.caller().caller_id_number : leg.caller().destination_number,
                                    expected ? expected->text() : "anywhere",
                                    static_cast<double>(call::Media::unheard_after.count()) / 1e6),
                        {}});
}

void Journal::on_hangup(const call::Leg& leg) {
  const auto found = by_leg_.find(leg.uuid());
  if (found == by_leg_.end()) return;
  const Place place = found->second;
  auto record = CallRecord::of(leg);
  const auto& media = record.media;
  if (media.packets_in + media.packets_out > 0)
    append(*place.call,
           {now(), JournalEntry::Kind::media, place.leg,
            fmt::format("{} in {} out {} lost {} jitter {:.1f} ms MOS {:.1f}", media.codec, media.packets_in,
                        media.packets_out, media.packets_lost, static_cast<double>(media.jitter.count()) / 1000.0, media.mos),
            {}});
  append(*place.call, {now(), JournalEntry::Kind::event, place.leg,
                       fmt::format("hung up by {}: {}", record.hung_up_by, call::name(record.cause)), {}});
  place.call->legs[place.leg].record = std::make_unique<const CallRecord>(std::move(record));
  by_leg_.erase(found);
  if (--place.call->alive == 0) retire(*place.call);
}

void Journal::retire(CallJournal& call) {
  // Its BYE is still on its way; the dialogs are forgotten when the call is trimmed or the grace is over.
  for (const auto& leg : call.legs)
    if (const auto found = by_call_id_.find(leg.call_id); found != by_call_id_.end() && found->second.call == &call)
      by_call_id_.erase(found);
  auto node = living_.extract(call.call_uuid);
  if (node.empty()) return;
  (call.failed() ? failed_ : done_).push_back(std::move(node.mapped()));
  trim();
}

void Journal::trim() {
  while (done_.size() > calls_kept) done_.pop_front();
  while (failed_.size() > failed_kept) failed_.pop_front();
}

}  // namespace record
