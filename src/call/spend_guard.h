// call/spend_guard.h - how many calls to costly numbers an account may begin in a while. Pure.
//
// Stolen credentials are sold as minutes to numbers that pay their owner. Whoever has them cannot begin more calls to
// the prefixes of a limit than it says. Calls count when they are begun, whatever becomes of them.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.h"

namespace call {

struct SpendLimit {
  /// One that may be asked for; the times of so many calls are kept.
  static constexpr std::uint32_t calls_max = 1'000;

  std::string name;
  std::vector<std::string> prefixes;  ///< normal_number() of what the operator wrote
  std::uint32_t calls = 0;            ///< 0: none at all
  base::Duration window = std::chrono::hours{1};
  bool operator==(const SpendLimit&) const = default;
};

/// Digits alone; "+" and the international prefix "00" in front are the same: "00".
std::string normal_number(std::string_view dialled);

class SpendGuard {
 public:
  /// Accounts that called costly numbers lately. When there are more, nobody else may: that is an attack.
  static constexpr std::size_t accounts_max = 65'536;

  /// What was counted under limits that stay as they are stays.
  void set_limits(std::vector<SpendLimit> limits);
  bool empty() const { return limits_.empty(); }

  enum class Verdict : std::uint8_t {
    free,     ///< no limit speaks of that number
    counted,  ///< it may go; the other shards want to know
    over,
  };
  struct Outcome {
    Verdict verdict = Verdict::free;
    std::string limit{};  ///< the one that is over: "satellites (3 calls in 3600 s)"
  };
  Outcome take(std::string_view account, std::string_view number, base::Time now);
  /// A call that another shard let go.
  void note(std::string_view account, std::string_view number, base::Time now);

 private:
  using Times = std::deque<base::Time>;
  struct Rule {
    SpendLimit limit;
    std::unordered_map<std::string, Times> accounts{};

    bool speaks_of(std::string_view number) const;
    /// Those within the window, or null when there is no room for another account.
    Times* times_of(const std::string& account, base::Time now);
  };
  static void add(Rule& rule, const std::string& account, base::Time now);

  std::vector<Rule> limits_;
};

}  // namespace call
