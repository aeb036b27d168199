#include "call/outbound.h"

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

/// From and the headers of caller-id-type, with what privacy hides left out (RFC 3323, RFC 3325).
void set_identity(sip::Message& invite, Leg& leg, const std::string& host, const std::string& tag) {
  const auto& caller = leg.caller();
  const bool hidden = caller.privacy_hide_number || caller.privacy_hide_name;
  const std::string user = caller.privacy_hide_number ? "anonymous" : sip::escape_user(caller.caller_id_number);
  const std::string shown = caller.privacy_hide_name ? "Anonymous" : caller.caller_id_name;
  const std::string domain = caller.privacy_hide_number ? "anonymous.invalid" : host;
  std::string from;
  if (!shown.empty()) from += quoted(shown) + " ";
  from += "<sip:" + user + "@" + domain + ">;tag=" + tag;
  invite.add("From", from);

  std::string_view type = leg.variable("sip_cid_type");
  if (type.empty()) type = leg.profile_of_sip().caller_id_type;
  const std::string identity =
      quoted(caller.caller_id_name) + " <sip:" + sip::escape_user(caller.caller_id_number) + "@" + host + ">";
  if (type == "pid") {
    invite.add("P-Asserted-Identity", identity);
    if (hidden) invite.add("Privacy", "id");
  } else if (type == "rpid") {
    const std::string_view privacy = caller.privacy_hide_number ? "full" : caller.privacy_hide_name ? "name" : "off";
    invite.add("Remote-Party-ID", identity + ";party=calling;screen=yes;privacy=" + std::string{privacy});
  }
}

}  // namespace

void prepare_outbound(Leg& leg, const DialTarget& target, const Variables& own, Leg* caller, std::string_view name,
                      std::string_view number) {
  auto& variables = leg.variables();
  if (caller) {
    for (const auto& [exported_name, value] : exported(caller->variables())) variables.set(exported_name, value);
    caller->variables().for_each([&](std::string_view variable, std::string_view value) {
      const bool custom = variable.size() > 6 && base::same(variable.substr(0, 6), "sip_h_");
      if (custom && !base::same(caller->variable("sip_copy_custom_headers"), "false")) variables.set(variable, value);
    });
  }
  own.for_each([&](std::string_view variable, std::string_view value) { variables.set(variable, value); });

  auto& profile = leg.caller();
  const auto id = caller_id_of(variables, caller, name, number);
  profile.caller_id_name = id.name;
  profile.caller_id_number = id.number;
  profile.callee_id_name = variables.get("origination_callee_id_name");
  profile.callee_id_number = first_of({variables.get("origination_callee_id_number"), target.destination});
  profile.destination_number = target.destination;
  profile.context = target.profile->context;
  profile.network_addr = target.flow.remote.ip.text();
  profile.chan_name = "sofia/" + target.profile->name + "/" +
                      (target.to.empty() ? target.request_uri.address_of_record() : target.to);
  if (caller) {
    leg.set_call_uuid(caller->call_uuid());
    variables.set("originating_leg_uuid", caller->uuid());
    variables.set("originator", caller->uuid());
    profile.privacy_hide_name = caller->caller().privacy_hide_name;
    profile.privacy_hide_number = caller->caller().privacy_hide_number;
    profile.ani = caller->caller().ani;
  }
  const auto privacy = variables.get("origination_privacy");
  if (privacy.find("hide_name") != std::string_view::npos) profile.privacy_hide_name = true;
  if (privacy.find("hide_number") != std::string_view::npos) profile.privacy_hide_number = true;
  variables.set("channel_name", profile.chan_name);
  variables.set("call_uuid", leg.call_uuid());
  variables.set("sofia_profile_name", target.profile->name);
}

sip::Message make_invite(Leg& leg, const DialTarget& target) {
  auto& endpoint = leg.owner().endpoint();
  const auto& point = endpoint.point(target.flow.point);
  const std::string host = point.advertised_host.empty() ? point.local.ip.host() : point.advertised_host;
  auto invite = sip::Message::request(sip::Method::invite, target.request_uri.text());
  for (const auto& route : target.routes) invite.add("Route", route);
  invite.add("Max-Forwards", "70");
  set_identity(invite, leg, host, endpoint.new_tag());
  invite.add("To", "<" + (target.to.empty() ? target.request_uri.text() : target.to) + ">");
  invite.add("Call-ID", endpoint.new_call_id());
  invite.add("CSeq", "1 INVITE");
  invite.add("Contact", "<" + endpoint.contact(target.flow, "ahoy").text() + ">");
  invite.add("User-Agent", leg.profile_of_sip().user_agent);
  invite.add("Allow", endpoint.allow());
  leg.variables().for_each([&](std::string_view name, std::string_view value) {
    if (name.size() > 6 && base::same(name.substr(0, 6), "sip_h_")) invite.add(name.substr(6), value);
  });
  return invite;
}

}  // namespace call
