#include "ice/stun.h"

#include <array>
#include <vector>

#include "base/bytes.h"

namespace ice {

namespace {

constexpr std::uint32_t magic_cookie = 0x2112a442;
constexpr std::size_t head_bytes = 20, cookie_at = 4;
constexpr std::uint16_t binding_request = 0x0001, binding_success = 0x0101, binding_error = 0x0111;
enum Attribute : std::uint16_t {
  username = 0x0006, message_integrity = 0x0008, error_code = 0x0009, unknown_attributes = 0x000a,
  message_integrity_sha256 = 0x001c, xor_mapped_address = 0x0020, fingerprint = 0x8028, first_optional = 0x8000
};
constexpr std::uint32_t fingerprint_mask = 0x5354554e;

std::uint32_t crc32(std::string_view bytes) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < made.size(); ++i) {
      std::uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xedb88320U : value >> 1;
      made[i] = value;
    }
    return made;
  }();
  std::uint32_t crc = ~0U;
  for (const char c : bytes) crc = table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ crc >> 8;
  return ~crc;
}

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = sizeof value; i-- > 0;) out += static_cast<char>(value >> (8 * i));
}

struct Asked {
  std::vector<std::uint16_t> unknown;  // comprehension-required attributes
  bool has_fingerprint = false;
};

/// Nullopt: attributes that do not fit, or a wrong fingerprint.
std::optional<Asked> read_attributes(std::string_view datagram) {
  Asked asked;
  base::ByteReader in{base::bytes_of(datagram.substr(head_bytes))};
  for (std::size_t at = head_bytes; at < datagram.size();) {
    const auto type = in.take<std::uint16_t>();
    const auto length = in.take<std::uint16_t>();
    const std::size_t padded = (length + 3U) & ~3U;
    if (at + 4 + padded > datagram.size()) return std::nullopt;
    if (type == fingerprint) {
      if (in.take<std::uint32_t>() != (crc32(datagram.substr(0, at)) ^ fingerprint_mask)) return std::nullopt;
      asked.has_fingerprint = true;
      return asked;  // always the last (section 14.7)
    }
    const bool known = type == username || type == message_integrity || type == message_integrity_sha256;
    if (type < first_optional && !known) asked.unknown.push_back(type);
    for (std::size_t i = 0; i < padded; ++i) in.take<std::uint8_t>();
    at += 4 + padded;
  }
  return asked;
}

void add(std::string& out, std::uint16_t type, std::string_view value) {
  put(out, type);
  put(out, static_cast<std::uint16_t>(value.size()));
  out.append(value);
  while (out.size() % 4 != 0) out += '\0';
}

/// Section 14.2: the port and address under the cookie and the transaction id, so that no NAT rewrites them.
std::string xored(const base::Address& address, std::string_view key) {
  const bool six = address.ip.family == base::Family::ipv6;
  std::string value{'\0', six ? '\x02' : '\x01'};
  put(value, static_cast<std::uint16_t>(address.port ^ magic_cookie >> 16));
  for (std::size_t i = 0; i < (six ? 16U : 4U); ++i)
    value += static_cast<char>(address.ip.bytes[i] ^ static_cast<std::uint8_t>(key[i]));
  return value;
}

std::string finished(std::string message, bool with_fingerprint) {
  const auto size = message.size() - head_bytes + (with_fingerprint ? 8 : 0);
  message[2] = static_cast<char>(size >> 8);
  message[3] = static_cast<char>(size);
  if (!with_fingerprint) return message;
  std::string value;
  put(value, crc32(message) ^ fingerprint_mask);
  add(message, fingerprint, value);
  return message;
}

}  // namespace

bool is_stun(std::string_view datagram) {
  if (datagram.size() < head_bytes || (datagram[0] & 0xc0) != 0) return false;
  base::ByteReader in{base::bytes_of(datagram)};
  in.take<std::uint16_t>();
  const auto length = in.take<std::uint16_t>();
  return in.take<std::uint32_t>() == magic_cookie && length % 4 == 0 && length + head_bytes == datagram.size();
}

std::optional<std::string> answer_binding(std::string_view datagram, const base::Address& from) {
  if (!is_stun(datagram)) return std::nullopt;
  base::ByteReader in{base::bytes_of(datagram)};
  if (in.take<std::uint16_t>() != binding_request) return std::nullopt;
  const auto asked = read_attributes(datagram);
  if (!asked) return std::nullopt;
  std::string out;
  put(out, asked->unknown.empty() ? binding_success : binding_error);
  put(out, std::uint16_t{0});
  out.append(datagram.substr(cookie_at, head_bytes - cookie_at));
  if (asked->unknown.empty()) {
    add(out, xor_mapped_address, xored(from, datagram.substr(cookie_at)));
    return finished(std::move(out), asked->has_fingerprint);
  }
  std::string list;
  for (const auto type : asked->unknown) put(list, type);
  add(out, error_code, std::string{'\0', '\0', '\x04', '\x14'} + "Unknown Attribute");
  add(out, unknown_attributes, list);
  return finished(std::move(out), asked->has_fingerprint);
}

}  // namespace ice
