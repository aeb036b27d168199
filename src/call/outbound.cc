#include "call/outbound.h"
#include "call/uri_address.h"

#include <algorithm>

#include "call/privacy.h"
#include "call/switch.h"

namespace call {

namespace {

struct CallerId {
  std::string name, number;
};

std::string first_of(std::initializer_list<std::string_view> candidates) {
  for (const auto candidate : candidates)
    if (!candidate.empty()) return std::string{candidate};
  return {};
}

CallerId caller_id_of(const Variables& own, Leg* caller, std::string_view name, std::string_view number) {
  const std::string_view effective_name = caller ? caller->variable("effective_caller_id_name") : std::string_view{};
  const std::string_view effective_number = caller ? caller->variable("effective_caller_id_number") : std::string_view{};
  const std::string_view caller_name = caller ? std::string_view{caller->caller().caller_id_name} : std::string_view{};
  const std::string_view caller_number = caller ? std::string_view{caller->caller().caller_id_number} : std::string_view{};
  return {first_of({own.get("origination_caller_id_name"), name, effective_name, caller_name}),
          first_of({own.get("origination_caller_id_number"), number, effective_number, caller_number, "0000000000"})};
}

std::string quoted(std::string_view text) {
  std::string out{"\""};
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out += '"';
}

/// A display name in front of an address; nothing when there is none.
std::string shown_as(const std::string& name) { return name.empty() ? name : quoted(name) + " "; }

/// sip_from_uri, with or without a scheme; empty when it is not set or no URI.
sip::Uri wanted_from(const Leg& leg) {
  const std::string text{leg.variable("sip_from_uri")};
  if (text.empty()) return {};
  const bool named = base::same(text.substr(0, 4), "sip:") || base::same(text.substr(0, 5), "sips:");
  return sip::Uri::parse(named ? text : "sip:" + text).value_or(sip::Uri{});
}

/// Who gets what is not for everybody (RFC 3325): a provider whose account it is, and who is let in by its address, as all
/// of those are that the same INVITE may go to.
bool is_trusted(const DialTarget& target) {
  const auto trusts = [&](const endpoint::Flow& flow) { return target.profile->trusts(flow.remote.ip); };
  return target.gateway || (trusts(target.flow) && std::all_of(target.others.begin(), target.others.end(), trusts));
}

/// From and the headers of caller-id-type, with what privacy hides left out (RFC 3323, RFC 3325).
void set_identity(sip::Message& invite, Leg& leg, const DialTarget& target, std::string host, const std::string& tag) {
  const auto& caller = leg.caller();
  const auto* gateway = target.gateway.get();
  const bool hidden = caller.privacy_hide_number || caller.privacy_hide_name;
  // The caller's wish, kept whatever the dial string says; origination_privacy is the operator's word to whom it calls.
  const auto asked = leg.variable("sip_Privacy");
  const bool withheld = Privacy::of(asked).hides_caller() && !is_trusted(target);
  std::string_view type = leg.variable("sip_cid_type");
  if (type.empty()) type = leg.profile_of_sip().caller_id_type;
  // With Remote-Party-ID the next hop is asked to hide what From still says, as in FreeSWITCH.
  const bool leave_out = type != "rpid";
  if (gateway) host = gateway->from_domain;
  const bool no_number = withheld || (leave_out && caller.privacy_hide_number);
  const bool no_name = withheld || (leave_out && caller.privacy_hide_name);
  const std::string user = no_number ? "anonymous" : sip::escape_user(caller.caller_id_number);
  const std::string shown = no_name ? "Anonymous" : caller.caller_id_name;
  const std::string domain = no_number ? "anonymous.invalid" : host;
  sip::Uri own_from = withheld ? sip::Uri{} : wanted_from(leg);
  if (own_from.empty() && gateway && !gateway->caller_id_in_from) own_from = sip::Uri::sip(gateway->from_user, host);
  const std::string from_uri = own_from.empty() ? "sip:" + user + "@" + domain : std::string{own_from.text()};
  const auto display = withheld ? std::string_view{} : leg.variable("sip_from_display");
  invite.add("From", shown_as(display.empty() ? shown : std::string{display}) + "<" + from_uri + ">;tag=" + tag);

  if (withheld) {
    // The identity stays here (RFC 3325 section 7); what is asked for is still said.
    invite.add("Privacy", "id");
    return;
  }
  const std::string identity = shown_as(caller.caller_id_name) + "<sip:" + sip::escape_user(caller.caller_id_number) + "@" +
                               (own_from.empty() ? host : std::string{own_from.host()}) + ">";
  if (type == "pid") {
    invite.add("P-Asserted-Identity", identity);
    if (hidden) invite.add("Privacy", asked.empty() ? "id" : asked);
  } else if (type == "rpid") {
    const std::string_view privacy = caller.privacy_hide_number ? "full" : caller.privacy_hide_name ? "name" : "off";
    const std::string_view screen = caller.screen_bit ? "yes" : "no";
    invite.add("Remote-Party-ID", identity + ";party=calling;screen=" + std::string{screen} + ";privacy=" + std::string{privacy});
    if (hidden && !asked.empty()) invite.add("Privacy", asked);
  }
}

/// RFC 7044 section 9.1: the history of a call, and the step that we are: below the last entry, retargeted from it.
std::string with_next_entry(std::string_view history, std::string_view target) {
  std::string last = "1";
  for (const auto entry : base::split(history, ',')) {
    const auto at = entry.find("index=");
    if (at != std::string_view::npos) last = base::trim(entry.substr(at + 6, entry.find(';', at) - at - 6));
  }
  return std::string{history} + ", <" + std::string{target} + ">;index=" + last + ".1;mp=" + last;
}

}  // namespace

void report_end(const Leg& leg, Leg& caller) {
  if (caller.hung_up()) return;
  auto& variables = caller.variables();
  const auto& own = leg.variables();
  variables.set("last_bridge_hangup_cause", name(leg.cause()));
  variables.set("last_bridge_proto_specific_hangup_cause", own.get("proto_specific_hangup_cause"));
  variables.set("sip_reason", own.get("sip_reason"));
  for (const std::string_view fact : {"sip_invite_failure_status", "sip_invite_failure_phrase"})
    if (own.has(fact)) variables.set(fact, own.get(fact));
  if (leg.failure_status() != 0) caller.set_last_failure_status(leg.failure_status());
}

void report_failure(Leg& caller, Cause cause, int status) {
  caller.variables().set("last_bridge_hangup_cause", name(cause));
  caller.variables().set("last_bridge_proto_specific_hangup_cause", "sip:" + std::to_string(status));
  caller.set_last_failure_status(status);
}

void prepare_outbound(Leg& leg, const DialTarget& target, const Variables& own, Leg* caller, std::string_view name,
                      std::string_view number) {
  auto& variables = leg.variables();
  if (caller) {
    const bool hides = caller->caller().privacy_hide_number || caller->caller().privacy_hide_name;
    const auto asked = caller->variable("sip_Privacy");
    if (!asked.empty() || hides) variables.set("sip_Privacy", asked.empty() ? "id" : asked);
    caller->variables().for_each([&](std::string_view variable, std::string_view value) {
      const bool custom = variable.size() > 6 && base::same(variable.substr(0, 6), "sip_h_");
      if (custom && !base::same(caller->variable("sip_copy_custom_headers"), "false")) variables.set(variable, value);
    });
  }
  if (target.gateway) {
    target.gateway->outbound.for_each([&](std::string_view variable, std::string_view value) { variables.set(variable, value); });
    variables.set("sip_gateway", target.gateway->name);
    variables.set("sip_gateway_name", target.gateway->name);
    variables.set("sip_profile_name", "gateway");
  }
  own.for_each([&](std::string_view variable, std::string_view value) { variables.set(variable, value); });

  auto& profile = leg.caller();
  const auto id = caller_id_of(variables, caller, name, number);
  profile.caller_id_name = id.name;
  profile.caller_id_number = id.number;
  profile.callee_id_name = first_of({variables.get("origination_callee_id_name"), "Outbound Call"});
  profile.callee_id_number = first_of({variables.get("origination_callee_id_number"), target.destination});
  profile.destination_number = target.destination;
  profile.context = target.profile->context;
  profile.network_addr = target.flow.remote.ip.text();
  const std::string named{variables.get("origination_channel_name")};
  profile.chan_name = !named.empty() ? named : "sofia/" + target.profile->name + "/" + uri_address(target.request_uri);
  if (caller) {
    leg.set_call_uuid(caller->call_uuid());
    variables.set("originating_leg_uuid", caller->uuid());
    variables.set("originator", caller->uuid());
    profile.privacy_hide_name = caller->caller().privacy_hide_name;
    profile.privacy_hide_number = caller->caller().privacy_hide_number;
    profile.ani = caller->caller().ani;
  }
  if (const auto privacy = variables.get("origination_privacy"); !privacy.empty()) {
    profile.screen_bit = privacy.find("screen") != std::string_view::npos;
    profile.privacy_hide_name = privacy.find("hide_name") != std::string_view::npos;
    profile.privacy_hide_number = privacy.find("hide_number") != std::string_view::npos;
  }
  variables.set("channel_name", profile.chan_name);
  variables.set("call_uuid", leg.call_uuid());
  variables.set("sofia_profile_name", target.profile->name);
}

sip::Message make_invite(Leg& leg, const DialTarget& target) {
  auto& endpoint = leg.owner().endpoint();
  const auto& point = endpoint.point(target.flow.point);
  const std::string host = point.host(target.flow.remote.ip);
  auto invite = sip::Message::request(sip::Method::invite, target.request_uri.text());
  for (const auto& route : target.routes) invite.add("Route", route);
  invite.add("Max-Forwards", "70");
  set_identity(invite, leg, target, host, endpoint.new_tag());
  invite.add("To", "<" + (target.to.empty() ? std::string{target.request_uri.text()} : target.to) + ">");
  invite.add("Call-ID", endpoint.new_call_id());
  invite.add("CSeq", "1 INVITE");
  const auto contact = endpoint.contact(target.flow, "ahoy", target.request_uri.scheme() == sip::Uri::Scheme::sips);
  invite.add("Contact", "<" + std::string{(target.gateway ? target.gateway->contact(contact) : contact).text()} + ">");
  invite.add("User-Agent", leg.profile_of_sip().user_agent);
  invite.add("Allow", endpoint.allow());
  const auto privacy = is_trusted(target) ? Privacy{} : Privacy::of(leg.variable("sip_Privacy"));
  leg.variables().for_each([&](std::string_view name, std::string_view value) {
    if (name.size() <= 6 || !base::same(name.substr(0, 6), "sip_h_") || privacy.hides(name.substr(6))) return;
    const bool history = base::same(name.substr(6), "History-Info");
    invite.add(name.substr(6), history ? with_next_entry(value, invite.request_uri()) : std::string{value});
  });
  return invite;
}

}  // namespace call
