// sip/header/via.h - Via, RFC 3261 section 20.42, with rport and received of RFC 3581.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/header.h"
#include "sip/params.h"

namespace sip {

struct Via {
  static constexpr HeaderName name{"Via", 'v'};
  static constexpr Arity arity = Arity::many;
  /// What makes a branch a transaction id, RFC 3261 section 8.1.1.7.
  static constexpr std::string_view magic_cookie = "z9hG4bK";

  std::string protocol = "SIP/2.0";
  std::string transport = "UDP";  // "UDP", "TCP", "TLS", "WS", "WSS", "SCTP", as sent
  std::string host;               // with brackets around IPv6
  std::optional<std::uint16_t> port;
  Params params;

  static Parsed<Via> parse(base::Cursor& in) { return parsed_by<Via>(take, in); }
  static bool take(base::Cursor& in, Via& into);
  void print(std::string& out) const;

  std::string_view branch() const { return params.find("branch").value_or(std::string_view{}); }
  /// Without brackets; empty when absent.
  std::string_view received() const;
  bool wants_rport() const { return params.has("rport"); }
  /// The number behind rport=; empty while it only asks.
  std::optional<std::uint16_t> rport() const;
  std::string_view maddr() const { return params.find("maddr").value_or(std::string_view{}); }
  /// "host:port" with the port always given; `usual` is what its absence means (5060, 5061).
  std::string sent_by(std::uint16_t usual = 5060) const;

  bool operator==(const Via&) const = default;
};
static_assert(Header<Via>);

}  // namespace sip
