#include "endpoint/flow.h"

#include "base/text.h"

namespace endpoint {

namespace {

bool shows_local(const ListeningPoint& point, const base::Ip& peer) { return point.peers.is_local && point.peers.is_local(peer); }

}  // namespace

std::optional<Transport> transport_named(std::string_view text) {
  for (const auto transport : {Transport::udp, Transport::tcp, Transport::tls, Transport::ws, Transport::wss})
    if (base::same(text, parameter(transport))) return transport;
  return std::nullopt;
}

bool ListeningPoint::has(Transport transport) const {
  switch (transport) {
    case Transport::udp: return udp;
    case Transport::tcp: return tcp;
    case Transport::tls: return tls.has_value();
    case Transport::ws: return ws.has_value();
    case Transport::wss: return wss.has_value();
  }
  return false;
}

bool ListeningPoint::is_at(const sip::Uri& uri) const {
  if (!uri.is_sip()) return false;
  const auto ip = uri.ip();
  if (ip ? *ip != local.ip && uri.host() != advertised_host : !base::same(uri.host(), advertised_host)) return false;
  const bool sips = uri.scheme() == sip::Uri::Scheme::sips;
  const auto transport = transport_named(uri.param("transport").value_or(sips ? "tls" : "udp"));
  if (!transport) return false;
  const auto asked = uri.port().value_or(usual_port(*transport));
  return asked == local.port || (advertised_port != 0 && asked == advertised_port) || (tls && asked == tls->port) ||
         (ws && asked == ws->port) || (wss && asked == wss->port);
}

std::string ListeningPoint::host(const base::Ip& peer) const {
  return advertised_host.empty() || shows_local(*this, peer) ? local.ip.host() : advertised_host;
}

std::uint16_t ListeningPoint::port(Transport transport, const base::Ip& peer) const {
  if (transport == Transport::tls && tls) return tls->port;
  if (transport == Transport::ws && ws) return ws->port;
  if (transport == Transport::wss && wss) return wss->port;
  return advertised_port != 0 && !shows_local(*this, peer) ? advertised_port : local.port;
}

std::string ListeningPoint::sent_by(Transport transport, const base::Ip& peer) const {
  return host(peer) + ":" + std::to_string(port(transport, peer));
}

}  // namespace endpoint
