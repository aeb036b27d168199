#include "main/route_key.h"

#include <fstream>

#include "base/bytes.h"
#include "base/log.h"
#include "main/private_file.h"

namespace ahoy {

namespace {

constexpr std::size_t key_digits = 32;

std::optional<base::HashKey> key_of(std::string_view digits) {
  const auto bytes = base::from_hex(digits);
  if (!bytes || digits.size() != key_digits) return std::nullopt;
  base::ByteReader in{base::bytes_of(*bytes)};
  const auto first = in.take<std::uint64_t>();
  return base::HashKey{first, in.take<std::uint64_t>()};
}

}  // namespace

base::HashKey route_key(const std::string& file, base::Random& random) {
  std::string digits;
  std::ifstream{file} >> digits;
  if (const auto kept = key_of(digits)) return *kept;
  digits = random.hex(key_digits);
  if (const auto written = write_private(file, digits + "\n"); !written)
    base::log::warn("proxy", "{}: calls through the proxy will not outlive a restart", written.error());
  return *key_of(digits);
}

}  // namespace ahoy
