#include "endpoint/flow.h"

#include "base/text.h"

namespace endpoint {

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

std::string ListeningPoint::host() const { return advertised_host.empty() ? local.ip.host() : advertised_host; }

std::uint16_t ListeningPoint::port(Transport transport) const {
  if (transport == Transport::tls && tls) return tls->port;
  if (transport == Transport::ws && ws) return ws->port;
  if (transport == Transport::wss && wss) return wss->port;
  return advertised_port != 0 ? advertised_port : local.port;
}

std::string ListeningPoint::sent_by(Transport transport) const { return host() + ":" + std::to_string(port(transport)); }

}  // namespace endpoint
