// base/recent_table.h - a table of fixed size for what anybody can fill: it remembers those asked for last.
//
// A key has four places; a new one takes that of the neighbour not asked for longest. Nothing is allocated after the
// first use, so a flood of keys costs memory once. One cache miss a question.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/require.h"
#include "base/time.h"

namespace base {

template <class Value>
class RecentTable {
 public:
  static constexpr std::size_t neighbours = 4;

  /// `entries`: a power of two, at least four.
  explicit RecentTable(std::size_t entries) : sets_count_{entries / neighbours} {
    require(entries >= neighbours && (entries & (entries - 1)) == 0, "a recent table has a power of two of entries");
  }

  /// The value of `key`, which is a good hash; a fresh one when it is not there (any more).
  Value& at(std::uint64_t key, Time now) {
    if (sets_.empty()) sets_.resize(sets_count_);
    auto& set = sets_[key & (sets_count_ - 1)];
    auto* oldest = &set.front();
    for (auto& entry : set) {
      if (entry.used && entry.key == key) {
        entry.asked = now;
        return entry.value;
      }
      if (oldest->used && (!entry.used || entry.asked < oldest->asked)) oldest = &entry;
    }
    *oldest = {key, now, Value{}, true};
    return oldest->value;
  }

 private:
  struct Entry {
    std::uint64_t key = 0;
    Time asked{};
    Value value{};
    bool used = false;
  };
  std::size_t sets_count_;
  std::vector<std::array<Entry, neighbours>> sets_;
};

}  // namespace base
