#include "sip/subscription/event_state.h"

#include <algorithm>

namespace sip {

EventState::Answer EventState::on_publish(Publish request, std::string fresh_etag, base::Time now) {
  on_time(now);
  auto found = entries_.end();
  if (request.if_match) {
    found = std::ranges::find(entries_, *request.if_match, &Entry::etag);
    if (found == entries_.end()) return {412};
  }
  const auto granted = std::min(request.expires.value_or(limits_.expires_default), limits_.expires_max);
  if (granted.count() == 0) {
    // Removal; an initial publication that ends at once leaves nothing behind.
    const bool changed = found != entries_.end();
    if (changed) entries_.erase(found);
    return {200, std::move(fresh_etag), granted, changed};
  }
  if (granted < limits_.expires_min) return {423, {}, limits_.expires_min};
  if (!request.if_match && request.body.empty()) return {400};
  bool changed = !request.body.empty();
  if (found == entries_.end()) {
    if (entries_.size() >= entries_max) return {503};
    found = entries_.insert(entries_.end(), Entry{});
  } else {
    changed = changed && (found->body != request.body || found->content_type != request.content_type);
  }
  if (!request.body.empty()) {
    found->body = std::move(request.body);
    found->content_type = std::move(request.content_type);
  }
  found->etag = fresh_etag;
  found->expires = now + granted;
  return {200, std::move(fresh_etag), granted, changed};
}

bool EventState::on_time(base::Time now) {
  return std::erase_if(entries_, [&](const auto& entry) { return entry.expires <= now; }) > 0;
}

base::Time EventState::deadline() const {
  base::Time earliest = base::never;
  for (const auto& entry : entries_) earliest = std::min(earliest, entry.expires);
  return earliest;
}

}  // namespace sip
