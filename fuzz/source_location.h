// fuzz/source_location.h - std::source_location for clang 14, which lacks the builtin GCC's header is made of.
// Included in front of everything by the preset `fuzz` only; Debian 12 has no libFuzzer for GCC.
#pragma once
#include <version>

#if defined(__clang__) && !__has_builtin(__builtin_source_location)
namespace std {
struct source_location {
  const char* file = "";
  unsigned at = 0;
  static constexpr source_location current(const char* name = __builtin_FILE(), unsigned line = __builtin_LINE()) {
    return {name, line};
  }
  constexpr const char* file_name() const { return file; }
  constexpr unsigned line() const { return at; }
};
}  // namespace std
#endif
