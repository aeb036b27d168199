// endpoint/flow.h - a way to a peer: listening point, transport, address, and the connection if there is one.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "io/port.h"
#include "sip/transaction/timing.h"
#include "sip/uri.h"

namespace endpoint {

/// RFC 3261, RFC 7118. A connection of any of the last four carries messages both ways, whoever made it.
enum class Transport : std::uint8_t { udp, tcp, tls, ws, wss };

/// As in Via.
constexpr std::string_view name(Transport transport) {
  constexpr std::string_view names[]{"UDP", "TCP", "TLS", "WS", "WSS"};
  return names[static_cast<std::size_t>(transport)];
}
/// As in a URI's transport parameter. "wss" is no registered value (RFC 7118 has "ws" with a sips URI), but the one
/// that browsers' stacks and other servers use.
constexpr std::string_view parameter(Transport transport) {
  constexpr std::string_view names[]{"udp", "tcp", "tls", "ws", "wss"};
  return names[static_cast<std::size_t>(transport)];
}
/// The transport of a URI's parameter or a Via; nullopt for what Ahoy does not speak (SCTP).
std::optional<Transport> transport_named(std::string_view text);
constexpr bool is_secure(Transport transport) { return transport == Transport::tls || transport == Transport::wss; }
/// Whether the peer connects and we never do: a browser has no port.
constexpr bool is_web(Transport transport) { return transport == Transport::ws || transport == Transport::wss; }
/// Where a peer listens that does not say (RFC 3261 section 19.1.2, RFC 7118 section 5.1).
constexpr std::uint16_t usual_port(Transport transport) {
  constexpr std::uint16_t ports[]{5060, 5060, 5061, 80, 443};
  return ports[static_cast<std::size_t>(transport)];
}
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
  /// The domain that a TLS peer must prove to be (RFC 5922); null: its address. Also the name it is asked for by.
  std::shared_ptr<const std::string> domain{};
  /// A datagram was our choice, not the URI's: what is too large for one goes by TCP first (RFC 3261 section 18.1.1).
  bool may_go_by_tcp = false;
  bool operator==(const Flow&) const = default;
};

/// A request with more bytes than this goes by TCP where it may: 1500 of Ethernet less 200 (RFC 3261 section 18.1.1).
inline constexpr std::size_t datagram_bytes_max = 1300;

/// Lists of addresses that a profile has; an empty one holds nobody unless it says something else.
struct PeerLists {
  using List = std::function<bool(const base::Ip&)>;
  /// Peers that are told the local address whatever is advertised (local-network-acl).
  List is_local{};
  /// Contacts that lead nowhere when they come from another address (apply-nat-acl); empty: private ones that come from
  /// a public address.
  List is_nat{};
  /// Proxies that are believed where a request comes from (apply-proxy-acl).
  List is_proxy{};
};

/// Where Ahoy listens for SIP; every shard opens the same ones. One profile may have several (IPv4 and IPv6).
struct ListeningPoint {
  std::string profile;
  base::Address local;  ///< of UDP and TCP
  bool udp = true;
  bool tcp = true;
  std::optional<base::Address> tls{}, ws{}, wss{};  ///< tls-sip-port, ws-binding, wss-binding
  /// Certificates; needed where `tls` is set, and to connect by TLS.
  std::shared_ptr<io::Credentials> credentials{};
  std::shared_ptr<io::Credentials> web_credentials{};  ///< of `wss`: wss.pem
  /// Connects by WebSocket too: a phone. A server leaves that to browsers.
  bool web_client = false;
  /// What goes into Via, Contact and Record-Route; empty and 0: the local address (ext-sip-ip, ext-sip-port).
  std::string advertised_host;
  std::uint16_t advertised_port = 0;
  PeerLists peers{};

  /// Whether a peer that is seen at `source` is not to be reached at the `contact` it gives.
  bool leads_nowhere(const base::Ip& contact, const base::Ip& source) const {
    if (contact == source) return false;
    return peers.is_nat ? peers.is_nat(contact) : contact.is_private() && !source.is_private();
  }
  /// Answer to where a request came from even when its Via has no rport (NDLB-force-rport).
  bool force_rport = false;
  std::string user_agent = "Ahoy";
  sip::Timing timing;

  /// Whether peers can reach us there.
  bool has(Transport transport) const;
  /// Whether a request for `uri` arrives here, whatever its user.
  bool is_at(const sip::Uri& uri) const;
  /// What `peer` is told.
  std::string host(const base::Ip& peer) const;
  std::uint16_t port(Transport transport, const base::Ip& peer) const;
  /// host:port, for Via.
  std::string sent_by(Transport transport, const base::Ip& peer) const;
};

}  // namespace endpoint
