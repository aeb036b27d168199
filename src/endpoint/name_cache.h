// endpoint/name_cache.h - what a name service said, for as long as it said (RFC 1035 TTL, RFC 2308 for a "no").
//
// Bounded: when it is full, what would end first goes. Pure.
#pragma once
#include <map>

#include "base/dns.h"
#include "base/time.h"

namespace endpoint {

class NameCache {
 public:
  static constexpr std::size_t entries_max = 8'192;
  /// A record may live longer, but not here.
  static constexpr std::chrono::seconds ttl_max{24 * 3'600};
  static constexpr std::chrono::seconds negative_ttl_max{15 * 60};
  /// A name service that does not answer is not asked again for every call (RFC 2308 section 7: at most 5 minutes).
  static constexpr std::chrono::seconds failure_ttl{5};

  /// Null: not known, or not any more. Valid until the next put().
  const base::dns::Answer* find(const base::dns::Question& question, base::Time now) const;
  /// A TTL of 0 is not kept.
  void put(const base::dns::Question& question, base::dns::Answer answer, base::Time now);
  void clear();
  std::size_t size() const { return entries_.size(); }

 private:
  using Ends = std::multimap<base::Time, base::dns::Question>;
  struct Entry {
    base::dns::Answer answer;
    Ends::iterator end;
  };
  void erase(std::map<base::dns::Question, Entry>::iterator entry);

  std::map<base::dns::Question, Entry> entries_;
  Ends ends_;
};

}  // namespace endpoint
