// dialplan/pattern.h - a regular expression: PCRE2 with JIT, compiled once, with bounded work.
//
// Search semantics, case sensitive; `/expression/i` sets a flag (i, s). Knows PCRE2 and hides it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dialplan {

/// What one match may cost: backtracking steps, nesting, heap in KiB. Beyond: it does not match.
inline constexpr std::uint32_t match_steps_max = 200'000;
inline constexpr std::uint32_t match_depth_max = 10'000;
inline constexpr std::uint32_t match_heap_kib_max = 1024;
inline constexpr std::size_t expression_size_max = 8 * 1024;
/// Expressions with variables in them that each thread keeps compiled.
inline constexpr std::size_t pattern_cache_size = 256;

struct PatternError {
  std::string message;  ///< PCRE2's words
  std::size_t offset = 0;
};

/// Group 0 and all groups of the expression; a group that took no part is empty. Views into the subject.
using Captures = std::vector<std::string_view>;

class Pattern {
 public:
  static base::Result<Pattern, PatternError> compile(std::string_view expression);

  /// Empty when it does not match or costs too much. Safe from several threads at once.
  std::optional<Captures> match(std::string_view subject) const;
  /// Captures are substituted into application data only when the expression has a `(` anywhere.
  bool has_parenthesis() const { return has_parenthesis_; }

 private:
  struct Free {
    void operator()(void* code) const;
  };
  std::unique_ptr<void, Free> code_;
  bool has_parenthesis_ = false;
};

/// Compiles or finds among the last ones of this thread; null when the expression is wrong. Valid until the
/// next call.
const Pattern* cached_pattern(std::string_view expression);

/// `$0`..`$999` replaced by captures, empty when there is none; everything else stays.
std::string substitute(std::string_view text, const Captures& captures);

}  // namespace dialplan
