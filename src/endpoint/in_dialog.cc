// endpoint/in_dialog.cc - where the requests of a dialog go: back the way its peer came, or to its Contact or first Route.
#include <algorithm>

#include "endpoint/sip_endpoint.h"
#include "endpoint/top_via.h"

namespace endpoint {

/// `found` for a peer that is known by `known`; or that, where it is the better way.
Flow SipEndpoint::better_of(Flow found, const Flow& known) const {
  if (known.transport != Transport::udp && found.remote.ip == known.remote.ip) return known;
  if (is_secure(known.transport) && !is_secure(found.transport)) return known;
  // The certificate is one for the name we asked for.
  if (is_secure(found.transport) && !found.domain) found.domain = known.domain;
  found.may_go_by_tcp = false;  // datagrams have reached the peer, through what NAT there may be
  return point(known.point).leads_nowhere(found.remote.ip, known.remote.ip) ? known : found;
}

Resolver::Ticket SipEndpoint::resolve_in(const sip::Dialog& dialog, const Flow& flow, bool beyond_proxies, WhenFound done) {
  const auto& hop = dialog.next_hop();
  // Over a connection of its own a peer is reached whatever its Contact says. Behind proxies it is where its Contact or
  // the first Route says (RFC 3261 section 12.2.1.1).
  const bool stays = (flow.transport != Transport::udp && !beyond_proxies) || !hop.is_sip();
  if (stays || hop.ip()) {
    const auto straight = stays ? std::nullopt : flow_to(flow.point, hop);
    done({straight ? better_of(*straight, flow) : flow});
    return Resolver::no_ticket;
  }
  return resolve(flow.point, hop, [this, flow, done = std::move(done)](std::vector<Flow> found) mutable {
    std::vector<Flow> ways;
    for (auto& each : found) {
      auto way = better_of(std::move(each), flow);
      if (std::ranges::find(ways, way) == ways.end()) ways.push_back(std::move(way));
    }
    // The server that has the dialog already comes first while it serves; the name of a telephone need not be known to us.
    if (!penalties_.has(flow, shard_.now()))
      std::stable_partition(ways.begin(), ways.end(), [&](const Flow& way) { return way.remote == flow.remote; });
    if (ways.empty()) ways.push_back(flow);
    done(std::move(ways));
  });
}

TransactionId SipEndpoint::send_in(const sip::Dialog& dialog, const Flow& flow, bool beyond_proxies, sip::Message request,
                                   ClientUser* user) {
  const auto id = clients_.reserve(user);
  resolve_in(dialog, flow, beyond_proxies, [this, id, request = std::move(request)](std::vector<Flow> ways) mutable {
    const auto to = std::move(ways.front());
    ways.erase(ways.begin());
    request.prepend(new_via(point(to.point), to, shard_.random()));
    clients_.send(id, request, to, point(to.point).timing, std::move(ways));
  });
  return id;
}

}  // namespace endpoint
