#include "endpoint/name_cache.h"

#include <algorithm>

namespace endpoint {

namespace {

std::chrono::seconds life_of(const base::dns::Answer& answer) {
  switch (answer.status) {
    case base::dns::Answer::Status::found: return std::min(answer.ttl, NameCache::ttl_max);
    case base::dns::Answer::Status::none: return std::min(answer.ttl, NameCache::negative_ttl_max);
    case base::dns::Answer::Status::failed: return NameCache::failure_ttl;
  }
  return {};
}

}  // namespace

const base::dns::Answer* NameCache::find(const base::dns::Question& question, base::Time now) const {
  const auto found = entries_.find(question);
  return found != entries_.end() && found->second.end->first > now ? &found->second.answer : nullptr;
}

void NameCache::put(const base::dns::Question& question, base::dns::Answer answer, base::Time now) {
  if (const auto old = entries_.find(question); old != entries_.end()) erase(old);
  const auto life = life_of(answer);
  if (life.count() <= 0) return;
  while (entries_.size() >= entries_max) erase(entries_.find(ends_.begin()->second));
  const auto end = ends_.emplace(now + life, question);
  entries_.emplace(question, Entry{std::move(answer), end});
}

void NameCache::erase(std::map<base::dns::Question, Entry>::iterator entry) {
  ends_.erase(entry->second.end);
  entries_.erase(entry);
}

void NameCache::clear() {
  entries_.clear();
  ends_.clear();
}

}  // namespace endpoint
