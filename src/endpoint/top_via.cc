#include "endpoint/top_via.h"

namespace endpoint {

Flow stamp_via(sip::Message& request, const Flow& from, bool force_rport) {
  Flow reply = from;
  auto via = request.get<sip::Via>();
  if (!via) return reply;
  const auto source = from.remote.ip.text();
  const bool rport = via->wants_rport();
  bool changed = false;
  if (rport || via->host != from.remote.ip.host()) {
    via->params.set("received", source);
    changed = true;
  }
  if (rport) {
    via->params.set_number("rport", from.remote.port);
    changed = true;
  } else if (from.transport == Transport::udp && !force_rport) {
    reply.remote.port = via->port.value_or(5060);
  }
  if (changed) request.replace_first(*via);
  return reply;
}

sip::Via new_via(const ListeningPoint& from, const Flow& to, base::Random& random, std::string_view mark) {
  return via_of(from, to, std::string{sip::Via::magic_cookie}.append(random.hex(24)).append(mark));
}

sip::Via via_of(const ListeningPoint& from, const Flow& to, std::string_view branch) {
  sip::Via via;
  via.transport = name(to.transport);
  via.host = from.host(to.remote.ip);
  via.port = from.port(to.transport, to.remote.ip);
  via.params.set("rport");
  via.params.set("branch", branch);
  // RFC 5923 section 8: who checks our certificate may send us requests over the same connection.
  if (to.transport == Transport::tls && from.tls) via.params.set("alias");
  return via;
}

}  // namespace endpoint
