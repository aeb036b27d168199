// base/require.h - an assertion that stays on in production.
//
// For what only we can cause. A broken invariant ends the program with a sentence: carrying on would
// hide a bug behind a phone call.
#pragma once
#include <source_location>
#include <string_view>

namespace base {

[[noreturn]] void broken(std::string_view what, std::source_location where);

inline void require(bool holds, std::string_view what,
                    std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]] broken(what, where);
}

}  // namespace base
