// endpoint/fail_over.cc - which servers a request may go to, and what changes when it goes to the next (RFC 3263).
#include "base/log.h"
#include "base/metrics.h"
#include "endpoint/sip_endpoint.h"
#include "endpoint/top_via.h"
#include "sip/header/contact.h"
#include "sip/header/via.h"

namespace endpoint {

namespace {

const base::metrics::Counter moved{"ahoy_sip_fail_over_total", "Requests sent to the next server because one failed"};

using Over = sip::Target::Over;
static_assert(static_cast<int>(Over::udp) == static_cast<int>(Transport::udp) &&
              static_cast<int>(Over::wss) == static_cast<int>(Transport::wss));

/// What can be sent from a listening point. A browser is never called by name.
std::vector<Over> transports_of(const ListeningPoint& point) {
  std::vector<Over> all;
  if (point.udp) all.push_back(Over::udp);
  if (point.tcp) all.push_back(Over::tcp);
  if (point.credentials || point.tls) all.push_back(Over::tls);
  return all;
}

}  // namespace

Resolver::Ticket SipEndpoint::resolve(PointId from, const sip::Uri& uri, base::Function<void(std::vector<Flow>)> done) {
  const auto& here = point(from);
  const auto v4 = transports_.find_point(here.profile, base::Family::ipv4);
  const auto v6 = transports_.find_point(here.profile, base::Family::ipv6);
  sip::Targets::Options options{transports_of(here), v4.has_value(), v6.has_value()};
  const bool free = !uri.has_param("transport");
  auto as_flows = [this, v4, v6, free, done = std::move(done)](std::vector<sip::Target> targets) mutable {
    std::vector<Flow> flows;
    flows.reserve(targets.size());
    for (auto& target : targets) {
      const auto at = target.address.ip.family == base::Family::ipv4 ? v4 : v6;
      Flow flow{*at, static_cast<Transport>(target.over), target.address, {}, {}};
      flow.may_go_by_tcp = free && flow.transport == Transport::udp;
      if (is_secure(flow.transport)) flow.domain = std::make_shared<const std::string>(std::move(target.host));
      flows.push_back(std::move(flow));
    }
    penalties_.sort(flows, shard_.now());
    done(std::move(flows));
  };
  return resolver_.resolve(uri, std::move(options), std::move(as_flows));
}

void SipEndpoint::fit_contact(sip::Message& request, const Flow& before, const Flow& to) const {
  const auto fitting = contact(to, {});
  if (contact(before, {}).text() == fitting.text()) return;
  auto own = request.get<sip::Contact>();
  if (!own || own->star) return;
  own->uri.set_host(fitting.host());
  own->uri.set_port(fitting.port().value_or(0));
  own->uri.remove_param("transport");
  if (const auto transport = fitting.param("transport")) own->uri.set_param("transport", *transport);
  request.replace_first(*own);
}

sip::Message SipEndpoint::readdress(std::string_view bytes, const Flow& before, const Flow& to) {
  auto request = *sip::Message::parse(std::string{bytes});
  request.replace_first(new_via(point(to.point), to, shard_.random()));
  fit_contact(request, before, to);
  moved.add();
  base::log::notice("sip", "{} {} goes to {} now", request.method_text(), request.request_uri(), to.remote.text());
  return request;
}

void SipEndpoint::on_server_failed(const Flow& server, std::optional<base::Duration> pause) {
  const auto duration = std::min(pause.value_or(Penalties::usual), Penalties::longest);
  penalties_.add(server, duration, shard_.now());
  base::log::warn("sip", "{} {} does not serve: others go first for {} s", name(server.transport), server.remote.text(),
                  std::chrono::duration_cast<std::chrono::seconds>(duration).count());
}

}  // namespace endpoint
