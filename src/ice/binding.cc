#include "ice/binding.h"

#include "ice/stun.h"

namespace ice {

namespace {

constexpr std::size_t header_size = 20;
constexpr std::uint32_t magic_cookie = 0x2112A442;
constexpr std::uint16_t type_request = 0x0001, type_success = 0x0101;
constexpr std::uint16_t attribute_mapped = 0x0001, attribute_xor_mapped = 0x0020;

std::uint8_t byte(std::string_view text, std::size_t at) { return static_cast<std::uint8_t>(text[at]); }
std::uint16_t u16(std::string_view text, std::size_t at) {
  return static_cast<std::uint16_t>(byte(text, at) << 8 | byte(text, at + 1));
}

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

/// What addresses are hidden under: the cookie and the transaction id.
std::array<std::uint8_t, 16> mask_of(std::string_view message) {
  std::array<std::uint8_t, 16> mask{};
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = byte(message, 4 + i);
  return mask;
}

/// Section 14.1 and 14.2: the value of a (XOR-)MAPPED-ADDRESS.
std::optional<base::Address> read_address(std::string_view value, const std::array<std::uint8_t, 16>* mask) {
  if (value.size() < 8) return std::nullopt;
  base::Address address;
  const std::size_t size = byte(value, 1) == 1 ? 4 : byte(value, 1) == 2 ? 16 : 0;
  if (size == 0 || value.size() < 4 + size) return std::nullopt;
  address.ip.family = size == 4 ? base::Family::ipv4 : base::Family::ipv6;
  address.port = u16(value, 2);
  if (mask) address.port = static_cast<std::uint16_t>(address.port ^ (magic_cookie >> 16));
  for (std::size_t i = 0; i < size; ++i)
    address.ip.bytes[i] = static_cast<std::uint8_t>(byte(value, 4 + i) ^ (mask ? (*mask)[i] : 0));
  return address;
}

}  // namespace

TransactionId new_transaction(base::Random& random) {
  TransactionId id;
  for (auto& each : id) each = static_cast<std::uint8_t>(random.u32());
  return id;
}

std::string binding_request(const TransactionId& id) {
  std::string out;
  put16(out, type_request);
  put16(out, 0);
  put16(out, magic_cookie >> 16);
  put16(out, magic_cookie & 0xffff);
  for (const auto each : id) out += static_cast<char>(each);
  return out;
}

std::optional<base::Address> mapped_address(std::string_view response, const TransactionId& id) {
  if (!is_stun(response) || u16(response, 0) != type_success) return std::nullopt;
  for (std::size_t i = 0; i < id.size(); ++i)
    if (byte(response, 8 + i) != id[i]) return std::nullopt;
  const auto mask = mask_of(response);
  std::optional<base::Address> plain;
  const std::size_t end = header_size + u16(response, 2);
  for (std::size_t at = header_size; at + 4 <= end;) {
    const std::uint16_t type = u16(response, at);
    const std::size_t size = u16(response, at + 2);
    if (at + 4 + size > end) return std::nullopt;
    const auto value = response.substr(at + 4, size);
    // The masked one counts: some NATs "correct" addresses they find in the open.
    if (type == attribute_xor_mapped) return read_address(value, &mask);
    if (type == attribute_mapped) plain = read_address(value, nullptr);
    at += 4 + (size + 3) / 4 * 4;
  }
  return plain;
}

}  // namespace ice
