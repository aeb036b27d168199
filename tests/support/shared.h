// test/support/shared.h - where material too big for the repository is: $AHOY_SHARED, else ../shared.
#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace test {

/// The path of a shared file; empty when it is not on this machine.
inline std::optional<std::filesystem::path> shared_file(std::string_view name) {
  const char* root = std::getenv("AHOY_SHARED");
  const auto path = std::filesystem::path{root ? root : "../shared"} / name;
  return std::filesystem::exists(path) ? std::optional{path} : std::nullopt;
}

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

}  // namespace test
