#include "base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace base {

Ip Ip::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  Ip ip;
  ip.bytes[0] = a;
  ip.bytes[1] = b;
  ip.bytes[2] = c;
  ip.bytes[3] = d;
  return ip;
}

Ip Ip::any(Family family) {
  Ip ip;
  ip.family = family;
  return ip;
}

std::optional<Ip> Ip::parse(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  }
  char terminated[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof terminated) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // inet_pton would end there
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  Ip ip;
  ip.family = text.find(':') == std::string_view::npos ? Family::ipv4 : Family::ipv6;
  const int kind = ip.family == Family::ipv4 ? AF_INET : AF_INET6;
  if (inet_pton(kind, terminated, ip.bytes.data()) != 1) return std::nullopt;
  return ip;
}

bool Ip::is_any() const {
  return std::ranges::all_of(bytes, [](auto byte) { return byte == 0; });
}

bool Ip::is_loopback() const {
  if (family == Family::ipv4) return bytes[0] == 127;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](auto byte) { return byte == 0; }) && bytes[15] == 1;
}

bool Ip::is_private() const {
  if (family == Family::ipv6) return (bytes[0] & 0xfe) == 0xfc || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
  return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168) ||
         (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64);
}

std::string Ip::text() const {
  char out[INET6_ADDRSTRLEN];
  if (family == Family::ipv4) {  // by hand: several are written a call, and the library goes through sprintf
    char* end = out;
    for (std::size_t i = 0; i < 4; ++i) {
      if (i > 0) *end++ = '.';
      end = std::to_chars(end, out + sizeof out, bytes[i]).ptr;
    }
    return {out, end};
  }
  inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
  return out;
}

std::string Ip::host() const {
  return family == Family::ipv4 ? text() : "[" + text() + "]";
}

std::optional<Address> Address::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto host = text.substr(0, colon);
  if (host.find(':') != std::string_view::npos && !host.starts_with('[')) return std::nullopt;
  const auto ip = Ip::parse(host);
  const auto port = to_number<std::uint16_t>(text.substr(colon + 1));
  if (!ip || !port) return std::nullopt;
  return Address{*ip, *port};
}

std::string Address::text() const {
  char digits[6] = {':'};
  return ip.host().append(digits, std::to_chars(digits + 1, digits + sizeof digits, port).ptr);
}

std::size_t AddressHash::operator()(const Address& address) const {
  std::uint64_t words[2];
  std::memcpy(words, address.ip.bytes.data(), sizeof words);
  std::uint64_t hash = words[0] * 0x9e3779b97f4a7c15 ^ words[1];
  hash = (hash ^ address.port) * 0xff51afd7ed558ccd;
  return static_cast<std::size_t>(hash ^ hash >> 32);
}

}  // namespace base
