// call/inbound.cc - what an INVITE says about its caller, as FreeSWITCH's profile fields and channel variables.
#include <algorithm>
#include <iterator>

#include "base/log.h"
#include "base/text.h"
#include "call/privacy.h"
#include "call/switch.h"
#include "call/uri_address.h"
#include "sip/header/contact.h"
#include "sip/header/from.h"
#include "sip/header/p_asserted_identity.h"
#include "sip/header/privacy.h"
#include "sip/header/remote_party_id.h"
#include "sip/header/to.h"
#include "sip/header/via.h"
#include "sip/uri.h"

namespace call {

namespace {

/// What a peer wrote is text, never an expression: `${...}` in a display name must not run.
void set_text(Variables& variables, std::string_view name, std::string_view value) {
  variables.set(name, inert(value));
}

void set_uri(Variables& variables, std::string_view prefix, const sip::Uri& uri) {
  const auto name = [&](std::string_view part) { return std::string{prefix}.append("_").append(part); };
  set_text(variables, name("user"), uri.user_decoded());
  set_text(variables, name("host"), uri.host());
  if (const auto port = uri.port()) variables.set(name("port"), std::to_string(*port));
  set_text(variables, name("uri"), uri_address(uri));
}

/// What concerns the other end, and goes on to it: a history of diversions, a location, a signature, wishes.
constexpr std::string_view passed_on[]{"Diversion",      "Alert-Info",     "Call-Info",           "History-Info",      "Geolocation", "Geolocation-Routing",
                                       "Identity",       "Accept-Contact", "Reject-Contact",      "Request-Disposition", "Resource-Priority", "Priority"};

void set_custom_headers(Variables& variables, const sip::Message& invite) {
  for (std::size_t i = 0; i < invite.field_count(); ++i) {
    const auto field = invite.field(i);
    const bool custom = field.name.size() > 2 && (field.name[0] == 'X' || field.name[0] == 'x') && field.name[1] == '-';
    const auto known = custom ? std::end(passed_on)
                              : std::ranges::find_if(passed_on, [&](auto name) { return base::same(name, field.name); });
    if (!custom && known == std::end(passed_on)) continue;
    const std::string name = std::string{"sip_h_"}.append(field.name);
    // Fields of a list are one list.
    const std::string before{custom ? std::string_view{} : variables.get(name)};
    if (before.empty()) set_text(variables, name, field.value);
    else set_text(variables, name, before + ", " + std::string{field.value});
  }
}

std::string number_of(const sip::Uri& uri) {
  return uri.scheme() == sip::Uri::Scheme::tel ? std::string{uri.text().view().substr(4)} : uri.user_decoded();
}

template <class Party>
void call_itself(CallerProfile& caller, const Party& party) {
  caller.caller_id_number = inert(number_of(party.uri));
  caller.caller_id_name = party.display.empty() ? caller.caller_id_number : inert(party.display);
}

/// Who a network that has checked it says is calling (RFC 3325, Remote-Party-ID), and what may be shown (RFC 3323).
/// Believed of peers in our trust domain alone; the variables have what anybody said.
void take_identity(Leg& leg, const sip::Message& invite, bool trusted) {
  auto& variables = leg.variables();
  auto& caller = leg.caller();
  const auto asserted = invite.get<sip::PAssertedIdentity>();
  const auto party = invite.get<sip::RemotePartyId>();
  if (const auto text = invite.text_of("P-Asserted-Identity")) set_text(variables, "sip_P-Asserted-Identity", *text);
  if (const auto text = invite.text_of("P-Preferred-Identity")) set_text(variables, "sip_P-Preferred-Identity", *text);
  if (const auto text = invite.text_of("Remote-Party-ID")) set_text(variables, "sip_Remote-Party-ID", *text);
  if (const auto privacy = invite.get<sip::Privacy>()) {
    set_text(variables, "sip_Privacy", privacy->values);
    caller.privacy_hide_number = caller.privacy_hide_name = Privacy::of(privacy->values).hides_caller();
  }
  if (!trusted) return;
  if (asserted) {
    call_itself(caller, *asserted);
    variables.set("sip_cid_type", "pid");
  } else if (party && party->party() != "called") {
    call_itself(caller, *party);
    caller.screen_bit = party->screened();
    const auto privacy = party->privacy();
    caller.privacy_hide_number |= privacy == "full" || privacy == "uri";
    caller.privacy_hide_name |= privacy == "full" || privacy == "name";
    variables.set("sip_cid_type", "rpid");
  }
}

}  // namespace

namespace {

/// Whose Contact the request was addressed to: gw+NAME@..., or a URI with gw=NAME.
const Gateway* gateway_of(const Profile& profile, const sip::Uri& uri) {
  if (profile.gateways.empty()) return nullptr;
  const auto user = uri.user_decoded();
  if (std::string_view{user}.starts_with(gateway_user_prefix))
    if (const auto* found = profile.gateway(std::string_view{user}.substr(gateway_user_prefix.size()))) return found;
  return profile.gateway(uri.param("gw").value_or(""));
}

/// FreeSWITCH's sip_nat_detected: the Contact is of no use from where the request came, or, looked at aggressively, it or
/// the Via names another place.
bool nat_detected(const Profile& profile, const sip::Message& invite, const base::Address& source) {
  const auto contact = invite.get<sip::Contact>();
  const auto ip = contact ? contact->uri.ip() : std::nullopt;
  if (ip && *ip != source.ip && (profile.is_nat ? profile.is_nat(*ip) : ip->is_private() && !source.ip.is_private())) return true;
  if (!profile.aggressive_nat_detection) return false;
  const auto via = invite.get<sip::Via>();
  const bool other_via = via && base::Ip::parse(via->host) != source.ip;
  return other_via || (ip && (*ip != source.ip || contact->uri.port().value_or(5060) != source.port));
}

/// FreeSWITCH: the gateway's context, its extension as destination, its variables.
void enter_by_gateway(Leg& leg, const sip::Message& invite, const Gateway& gateway) {
  auto& caller = leg.caller();
  auto& variables = leg.variables();
  gateway.inbound.for_each([&](std::string_view name, std::string_view value) { variables.set(name, value); });
  variables.set("sip_gateway", gateway.name);
  variables.set("sip_gateway_name", gateway.name);
  if (!gateway.context.empty()) caller.context = gateway.context;
  const auto to = invite.get<sip::To>();
  const bool by_to = base::same(gateway.extension, "auto_to_user") || base::same(gateway.extension, "auto");
  if (by_to && to) caller.destination_number = inert(to->uri.user_decoded());
  else if (!by_to && !gateway.extension.empty()) caller.destination_number = gateway.extension;
}

}  // namespace

std::optional<Switch::Origin> Switch::identify(endpoint::TransactionId id, const sip::Message& invite,
                                               const endpoint::Flow& from, const Profile& profile) {
  const auto source = authenticator_.source_of(invite, from);
  const auto uri = sip::Uri::parse(invite.request_uri());
  const auto* gateway = uri ? gateway_of(profile, *uri) : nullptr;
  Origin origin;
  origin.trusted = gateway && gateway->trusts(source);
  // Anybody may write its Contact: what answers to our password goes to the provider alone.
  if (origin.trusted) origin.gateway = gateway;
  if (origin.trusted && gateway->auth_acl) {
    origin.acl = "gw-auth-acl";
    return origin;
  }
  if (const auto admission = profile.admits ? profile.admits(source) : std::nullopt) {
    origin.trusted |= admission->user.empty();  // a user's telephone is no server of the trust domain
    origin.acl = admission->list;
    origin.acl_user = admission->user;
    const auto at = admission->user.find('@');
    if (at != std::string::npos)
      if (auto account = authenticator_.known(admission->user.substr(0, at), admission->user.substr(at + 1)))
        origin.account = std::move(*account);
    return origin;
  }
  if (profile.auth_calls) {
    const auto party = invite.get<sip::From>();
    const std::string domain = !profile.domain.empty() ? profile.domain : std::string{party ? party->uri.host() : ""};
    auto outcome = authenticator_.authenticate(id, invite, from, profile.realm.empty() ? domain : profile.realm, domain);
    if (outcome.verdict != endpoint::Authenticator::Verdict::accepted) return std::nullopt;
    origin.account = std::move(outcome.account);
  } else if (profile.admits) {
    base::log::warn("auth", "a call from {} is refused: apply-inbound-acl of profile {} does not allow it", from.remote.text(),
                    profile.name);
    endpoint_.respond(id, invite, 403);
    return std::nullopt;
  }
  return origin;
}

void Switch::apply(Leg& leg, const Origin& origin) {
  auto& variables = leg.variables();
  if (!origin.acl.empty()) variables.set("sip_acl_authed_by", origin.acl);
  if (!origin.acl_user.empty()) variables.set("sip_acl_token", origin.acl_user);
  const auto& account = origin.account;
  for (const auto& [variable, value] : account.variables) variables.set(variable, value);
  if (!account.user.empty()) {
    leg.caller().username = account.user;
    variables.set("user_name", account.user);
    variables.set("domain_name", account.domain);
    if (const auto context = leg.variable("user_context"); !context.empty()) leg.caller().context = context;
  }
  if (!account.user.empty() || !origin.acl.empty()) variables.set("sip_authorized", "true");
}

void describe_caller(Leg& leg, const sip::Message& invite, const endpoint::Flow& from, bool trusted) {
  auto& variables = leg.variables();
  auto& caller = leg.caller();
  const auto& profile = leg.profile_of_sip();
  caller.context = profile.context;
  caller.dialplan = profile.dialplan;
  caller.network_addr = from.remote.ip.text();

  if (const auto party = invite.get<sip::From>()) {
    caller.caller_id_number = inert(party->uri.user_decoded());
    caller.caller_id_name = party->display.empty() ? caller.caller_id_number : inert(party->display);
    caller.username = caller.caller_id_number;
    set_uri(variables, "sip_from", party->uri);
    set_text(variables, "sip_from_display", party->display);
    set_text(variables, "sip_from_tag", party->params.text_of("tag"));
  }
  take_identity(leg, invite, trusted);
  caller.ani = caller.caller_id_number;
  if (const auto to = invite.get<sip::To>()) set_uri(variables, "sip_to", to->uri);
  if (const auto uri = sip::Uri::parse(invite.request_uri())) {
    caller.destination_number = inert(uri->user_decoded());
    set_uri(variables, "sip_req", *uri);
    if (const auto* gateway = gateway_of(profile, *uri)) enter_by_gateway(leg, invite, *gateway);
  }
  if (const auto via = invite.get<sip::Via>()) {
    set_text(variables, "sip_via_protocol", base::lowered(via->transport));
    set_text(variables, "sip_via_host", via->host);
    if (via->port) variables.set("sip_via_port", std::to_string(*via->port));
  }
  if (const auto contact = invite.text_of("Contact")) set_text(variables, "sip_full_contact", *contact);
  if (const auto agent = invite.text_of("User-Agent")) set_text(variables, "sip_user_agent", *agent);
  if (const auto allow = invite.text_of("Allow")) set_text(variables, "sip_allow", *allow);
  if (const auto subject = invite.text_of("Subject")) set_text(variables, "sip_subject", *subject);
  if (const auto id = invite.text_of("Call-ID")) set_text(variables, "sip_call_id", *id);
  set_custom_headers(variables, invite);

  caller.chan_name = "sofia/" + profile.name + "/" + caller.caller_id_number + "@" +
                     std::string{variables.get("sip_from_host")};
  variables.set("channel_name", caller.chan_name);
  variables.set("direction", "inbound");
  variables.set("uuid", leg.uuid());
  variables.set("sofia_profile_name", profile.name);
  if (nat_detected(profile, invite, from.remote)) variables.set("sip_nat_detected", "true");
  variables.set("sip_network_ip", caller.network_addr);
  variables.set("sip_network_port", std::to_string(from.remote.port));
  variables.set("sip_received_ip", caller.network_addr);
  variables.set("sip_received_port", std::to_string(from.remote.port));
  if (invite.has_body()) set_text(variables, "switch_r_sdp", invite.body());
}

}  // namespace call
