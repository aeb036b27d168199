// codec/registry.cc - every codec in the program.
#include <algorithm>
#include <deque>
#include <tuple>

#include "base/require.h"
#include "base/text.h"
#include "codec/codec.h"

namespace codec {

namespace {

struct Registry {
  std::deque<Info> rows;  // Does not move what it holds.
  std::vector<const Info*> sorted;
};

Registry& registry() {
  static Registry the;  // Made by whoever registers first: the order of files is not defined.
  return the;
}

auto key(const Info& info) { return std::tuple{base::lowered(info.name), info.clock_rate, info.channels}; }

}  // namespace

Registration::Registration(std::vector<Info> rows) {
  auto& the = registry();
  for (const auto& row : rows) {
    base::require(find(row.name, row.clock_rate, row.channels) == nullptr, "a codec is registered twice");
    the.rows.push_back(row);
    the.sorted.push_back(&the.rows.back());
  }
  std::sort(the.sorted.begin(), the.sorted.end(), [](const Info* a, const Info* b) { return key(*a) < key(*b); });
}

std::span<const Info* const> all() { return registry().sorted; }

const Info* find(std::string_view name, std::uint32_t clock_rate, std::uint8_t channels) {
  for (const auto* info : registry().sorted)
    if (base::same(info->name, name) && info->clock_rate == clock_rate && info->channels == channels) return info;
  return nullptr;
}

const Info* find(std::uint8_t payload_type) {
  for (const auto* info : registry().sorted)
    if (info->payload_type == payload_type) return info;
  return nullptr;
}

}  // namespace codec
