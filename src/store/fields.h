// store/fields.h - several texts in one value, each with its length in front: "5:alice0:3:bob".
#pragma once
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace store {

inline void pack(std::string& into, std::string_view text) {
  char digits[20];
  into.append(digits, std::to_chars(digits, digits + sizeof digits, text.size()).ptr).append(":").append(text);
}

/// Nullopt: it was not written by pack(), or is cut off.
inline std::optional<std::vector<std::string>> unpack(std::string_view value) {
  std::vector<std::string> fields;
  while (!value.empty()) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), size);
    const auto head = static_cast<std::size_t>(end - value.data());
    if (error != std::errc{} || head >= value.size() || *end != ':' || value.size() - head - 1 < size) return std::nullopt;
    fields.emplace_back(value.substr(head + 1, size));
    value.remove_prefix(head + 1 + size);
  }
  return fields;
}

}  // namespace store
