// base/cursor.h - a read position in text. Every take either consumes what it returns or consumes nothing.
#pragma once
#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

namespace base {

class Cursor {
 public:
  constexpr explicit Cursor(std::string_view text) : rest_{text} {}

  constexpr bool at_end() const { return rest_.empty(); }
  constexpr std::string_view rest() const { return rest_; }
  constexpr char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  /// Skips blanks, tabs and the line ends of folded headers.
  constexpr void skip_space() {
    while (!rest_.empty() && rest_[0] <= ' ' &&
           (rest_[0] == ' ' || rest_[0] == '\t' || rest_[0] == '\r' || rest_[0] == '\n'))
      rest_.remove_prefix(1);
  }

  /// Takes exactly `c`, with no space skipped.
  constexpr bool take_exact(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Takes `c` after optional space.
  constexpr bool take(char c) {
    const auto before = rest_;
    skip_space();
    if (take_exact(c)) return true;
    rest_ = before;
    return false;
  }
  constexpr bool take_prefix(std::string_view prefix) {
    if (!rest_.starts_with(prefix)) return false;
    rest_.remove_prefix(prefix.size());
    return true;
  }

  /// Takes an unsigned decimal number that fits T, after optional space.
  template <std::unsigned_integral T = std::uint32_t>
  std::optional<T> take_number() {
    const auto before = rest_;
    skip_space();
    T value{};
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) {
      rest_ = before;
      return std::nullopt;
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  /// Takes the longest run of characters for which `accept` is true; may be empty.
  template <class Accept>
  constexpr std::string_view take_while(Accept accept) {
    std::size_t n = 0;
    while (n < rest_.size() && accept(rest_[n])) ++n;
    return take_count(n);
  }
  constexpr std::string_view take_until(char stop) {
    return take_while([stop](char c) { return c != stop; });
  }
  constexpr std::string_view take_count(std::size_t n) {
    const auto taken = rest_.substr(0, n);
    rest_.remove_prefix(taken.size());
    return taken;
  }

 private:
  std::string_view rest_;
};

}  // namespace base
