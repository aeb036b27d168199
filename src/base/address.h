// base/address.h - an IP address and port as a value; no socket, no resolver.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

enum class Family : std::uint8_t { ipv4, ipv6 };

/// 16 bytes, network order; an IPv4 address uses the first four.
struct Ip {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};

  static Ip v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static Ip any(Family family);
  /// "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". Host names are not addresses.
  static std::optional<Ip> parse(std::string_view text);

  bool is_any() const;
  bool is_loopback() const;
  /// RFC 1918, RFC 4193, link-local.
  bool is_private() const;
  /// Bare, as in SDP and received=: 2001:db8::1.
  std::string text() const;
  /// With brackets around IPv6, as in URIs and Via.
  std::string host() const;

  auto operator<=>(const Ip&) const = default;
};

struct Address {
  Ip ip;
  std::uint16_t port = 0;

  /// "192.0.2.1:5060", "[::1]:5060".
  static std::optional<Address> parse(std::string_view text);
  std::string text() const;

  auto operator<=>(const Address&) const = default;
};

struct AddressHash {
  std::size_t operator()(const Address& address) const;
};
struct IpHash {
  std::size_t operator()(const Ip& ip) const { return AddressHash{}({ip, 0}); }
};

}  // namespace base
