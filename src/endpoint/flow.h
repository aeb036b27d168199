// endpoint/flow.h - a way to a peer: listening point, transport, address, and the connection if there is one.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/address.h"
#include "sip/transaction/timing.h"

namespace endpoint {

/// TLS, WebSocket and secure WebSocket take their place here.
enum class Transport : std::uint8_t { udp, tcp };

constexpr std::string_view name(Transport transport) { return transport == Transport::udp ? "UDP" : "TCP"; }
/// As in a URI's transport parameter.
constexpr std::string_view parameter(Transport transport) { return transport == Transport::udp ? "udp" : "tcp"; }
constexpr sip::Link link(Transport transport) {
  return transport == Transport::udp ? sip::Link::datagram : sip::Link::stream;
}

/// Index of a listening point; the same on every shard.
using PointId = std::uint16_t;

/// A connection lives on the shard that accepted or made it. Number 0: none.
struct ConnectionId {
  std::uint16_t shard = 0;
  std::uint32_t number = 0;
  explicit operator bool() const { return number != 0; }
  bool operator==(const ConnectionId&) const = default;
};

struct Flow {
  PointId point = 0;
  Transport transport = Transport::udp;
  base::Address remote;
  ConnectionId connection;
  bool operator==(const Flow&) const = default;
};

/// Where Ahoy listens for SIP; every shard opens the same ones. One profile may have several (IPv4 and IPv6).
struct ListeningPoint {
  std::string profile;
  base::Address local;
  bool udp = true;
  bool tcp = true;
  /// What goes into Via, Contact and Record-Route; empty and 0: the local address (ext-sip-ip, ext-sip-port).
  std::string advertised_host;
  std::uint16_t advertised_port = 0;
  /// Answer to where a request came from even when its Via has no rport (NDLB-force-rport).
  bool force_rport = false;
  std::string user_agent = "Ahoy";
  sip::Timing timing;

  std::string sent_by() const;
};

}  // namespace endpoint
