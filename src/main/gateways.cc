#include "main/gateways.h"

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "main/lists.h"

namespace ahoy {

namespace {

std::string first_of(std::initializer_list<std::string_view> candidates) {
  for (const auto candidate : candidates)
    if (!base::trim(candidate).empty()) return std::string{base::trim(candidate)};
  return {};
}

/// "host:port;params" or a URI; nullopt for nonsense.
std::optional<sip::Uri> address_of(std::string_view text) {
  const bool named = base::same(text.substr(0, 4), "sip:") || base::same(text.substr(0, 5), "sips:");
  auto uri = sip::Uri::parse(named ? std::string{text} : "sip:" + std::string{text});
  return uri && !uri->host().empty() ? std::optional{std::move(*uri)} : std::nullopt;
}

/// The same; nonsense is reported.
std::optional<sip::Uri> uri_of(std::string_view gateway, std::string_view text) {
  auto uri = address_of(text);
  if (!uri) base::log::error("config", "gateway {}: '{}' is no SIP address: the gateway is left out", gateway, text);
  return uri;
}

/// register-transport, unless the address says something itself.
sip::Uri over(sip::Uri uri, std::string_view transport) {
  if (!uri.has_param("transport") && !transport.empty() && !base::same(transport, "udp"))
    uri.set_param("transport", transport);
  return uri;
}

/// Where the provider is. Its realm says how it calls itself, and is a place where there is no other alone.
std::vector<sip::Uri> places_of(const dialplan::Gateway& gateway) {
  const auto& settings = gateway.settings;
  const auto realm = first_of({settings.realm, gateway.name});
  std::vector<sip::Uri> places;
  for (const auto& text : {first_of({settings.proxy, realm}), settings.outbound_proxy, settings.register_proxy})
    if (const auto uri = address_of(base::trim(text))) places.push_back(over(*uri, settings.register_transport));
  return places;
}

std::string contact_parameters(const dialplan::Gateway& gateway) {
  std::string text = ";gw=" + sip::escape_param(gateway.name);
  const auto more = base::trim(gateway.settings.contact_params);
  if (!more.empty()) text.append(more.starts_with(';') ? "" : ";").append(more);
  return text;
}

}  // namespace

std::shared_ptr<const call::Gateway> call_gateway(const dialplan::Profile& profile, const dialplan::Gateway& gateway,
                                                  const dialplan::Snapshot& configuration,
                                                  const location::Gateways& gateways) {
  const auto& settings = gateway.settings;
  auto made = std::make_shared<call::Gateway>();
  made->name = gateway.name;
  made->profile = profile.name;
  const auto realm = first_of({settings.realm, gateway.name});
  const auto proxy = uri_of(gateway.name, first_of({settings.proxy, realm}));
  if (!proxy) return nullptr;
  made->proxy = over(*proxy, settings.register_transport);
  if (!settings.outbound_proxy.empty()) {
    const auto hop = uri_of(gateway.name, settings.outbound_proxy);
    if (!hop) return nullptr;
    made->outbound_proxy = over(*hop, settings.register_transport);
  }
  made->from_user = first_of({settings.from_user, settings.username});
  std::string host_port{proxy->host()};
  if (const auto port = proxy->port()) host_port += ":" + std::to_string(*port);
  made->from_domain = first_of({settings.from_domain, settings.realm, host_port});
  made->caller_id_in_from = settings.caller_id_in_from;
  // Whatever realm a challenge names is answered, as in FreeSWITCH: providers rarely use the one they document.
  made->account.user = first_of({settings.auth_username, settings.username});
  made->account.secret.password = settings.password;
  made->extension = first_of({settings.extension, settings.username});
  const bool extension_known = settings.extension_in_contact && !settings.extension.empty();
  made->contact_user = extension_known ? settings.extension : std::string{call::gateway_user_prefix} + gateway.name;
  made->contact_params = contact_parameters(gateway);
  made->context = settings.context;
  made->auth_acl = admitted_by(configuration, settings.gw_auth_acl);
  for (const auto& place : places_of(gateway))
    if (const auto ip = place.ip()) made->addresses.push_back(*ip);
  made->resolves_to = [&gateways, name = gateway.name](const base::Ip& ip) {
    const auto* status = gateways.find(name);
    return status && std::ranges::count(status->addresses, ip) > 0;
  };
  made->inbound = gateway.inbound_variables;
  made->outbound = gateway.outbound_variables;
  return made;
}

location::GatewayOptions gateway_options(const dialplan::Profile& profile, const dialplan::Gateway& gateway,
                                         std::shared_ptr<const call::Gateway> call, endpoint::PointId point) {
  const auto& settings = gateway.settings;
  location::GatewayOptions options;
  options.name = gateway.name;
  options.profile = profile.name;
  options.point = point;
  options.registrar = call->proxy;
  if (const auto hop = first_of({settings.register_proxy, settings.outbound_proxy}); !hop.empty())
    if (const auto uri = uri_of(gateway.name, hop)) options.first_hop = over(*uri, settings.register_transport);
  if (!call->auth_acl)
    for (auto& place : places_of(gateway))
      if (!place.ip() && !std::ranges::count(options.names, place)) options.names.push_back(std::move(place));
  options.address =
      sip::Uri::parse("sip:" + sip::escape_user(call->from_user) + "@" + call->from_domain).value_or(call->proxy);
  options.account = call->account;
  options.contact = [call](const sip::Uri& at) { return call->contact(at); };
  options.user_agent = profile.settings.user_agent_string;
  options.registration = {settings.registers, settings.expire_seconds, settings.retry_seconds};
  options.ping = {settings.ping, settings.ping_min, settings.ping_max};
  return options;
}

}  // namespace ahoy
