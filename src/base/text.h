// base/text.h - the few things protocols do to ASCII text: case, blanks, splitting, numbers, near misses.
#pragma once
#include <charconv>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace base {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_space(char c) { return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n'); }

/// Equal but for the case of ASCII letters.
constexpr bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;
  return true;
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lowered(std::string_view text);

/// Pieces between separators, blanks kept; an empty text gives one empty piece.
std::vector<std::string_view> split(std::string_view text, char separator);

/// The whole of `text` as a decimal number; empty when anything else is in it or it does not fit.
template <std::integral T>
std::optional<T> to_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// FreeSWITCH's idea of true: true, yes, on, enabled, active, allow, t, y and numbers but 0. Case does not matter.
bool is_true(std::string_view text);

/// The candidate nearest to a misspelt `word`, for "did you mean"; empty when none is near. O(n * length^2).
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Case-insensitive hash and equality for unordered containers keyed by header or variable names.
struct NoCaseHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const;
};
struct NoCaseEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return same(a, b); }
};
/// Lets std::string keyed containers be searched by std::string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

}  // namespace base
