// sip/uri_parts.h - what reading, building and comparing URIs have in common. Private to uri*.cc.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace sip {

inline int hex_value(char c) {
  if (base::is_digit(c)) return c - '0';
  const char low = base::lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// The next ";name=value" of URI parameters, or "&name=value" of headers; false at the end.
inline bool next_pair(std::string_view& rest, char separator, std::string_view& name, std::string_view& value) {
  if (rest.starts_with(separator)) rest.remove_prefix(1);
  if (rest.empty()) return false;
  const auto pair = rest.substr(0, rest.find(separator));
  rest.remove_prefix(pair.size());
  const auto equals = pair.find('=');
  name = pair.substr(0, equals);
  value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
  return true;
}

inline std::optional<std::string_view> find_pair(std::string_view pairs, char separator, std::string_view wanted) {
  std::string_view name, value;
  while (next_pair(pairs, separator, name, value))
    if (base::same(name, wanted)) return value;
  return std::nullopt;
}

/// RFC 3966 visual separators.
inline bool is_separator(char c) { return c == '-' || c == '.' || c == '(' || c == ')'; }

inline std::string without_separators(std::string_view number) {
  std::string digits;
  for (const char c : number)
    if (!is_separator(c)) digits += base::lower(c);
  return digits;
}

}  // namespace sip
