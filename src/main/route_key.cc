#include "main/route_key.h"

#include <filesystem>
#include <fstream>

#include "base/log.h"
#include "base/text.h"

namespace ahoy {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t key_digits = 32;

base::HashKey key_of(std::string_view digits) {
  const auto half = [&](std::size_t from) {
    std::uint64_t word = 0;
    for (const char c : digits.substr(from, key_digits / 2))
      word = word << 4 | static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    return word;
  };
  return {half(0), half(key_digits / 2)};
}

}  // namespace

base::HashKey route_key(const std::string& file, base::Random& random) {
  std::string digits;
  std::ifstream{file} >> digits;
  if (digits.size() == key_digits && digits.find_first_not_of("0123456789abcdef") == std::string::npos) return key_of(digits);
  digits = random.hex(key_digits);
  std::error_code error;
  std::ofstream out{file, std::ios::trunc};
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  out << digits << '\n';
  out.flush();
  if (!out || error) base::log::warn("proxy", "{} cannot be written: calls through the proxy will not outlive a restart", file);
  return key_of(digits);
}

}  // namespace ahoy
