#include "dialplan/request_fields.h"

#include <algorithm>

#include "base/text.h"
#include "call/uri_address.h"
#include "sip/header/contact.h"
#include "sip/header/from.h"
#include "sip/header/route.h"
#include "sip/header/to.h"
#include "sip/header/via.h"

namespace dialplan {

namespace {

using Request = sip::Message;
using Flow = endpoint::Flow;

sip::Uri request_uri(const Request& request) { return sip::Uri::parse(request.request_uri()).value_or(sip::Uri{}); }

template <sip::Header H>
H party(const Request& request) {
  return request.get<H>().value_or(H{});
}

std::string number(std::optional<std::uint16_t> port) { return port ? std::to_string(*port) : std::string{}; }

std::string text_of(const Request& request, std::string_view name) { return std::string{request.text_of(name).value_or("")}; }

struct Row {
  std::string_view name;
  std::string (*value)(const Request& request, const Flow& from);
};

constexpr Row rows[]{
    {"sip_method", [](const Request& r, const Flow&) { return std::string{r.method_text()}; }},
    {"sip_req_user", [](const Request& r, const Flow&) { return request_uri(r).user_decoded(); }},
    {"sip_req_host", [](const Request& r, const Flow&) { return std::string{request_uri(r).host()}; }},
    {"sip_req_port", [](const Request& r, const Flow&) { return number(request_uri(r).port()); }},
    {"sip_req_uri", [](const Request& r, const Flow&) { return call::uri_address(request_uri(r)); }},
    {"sip_from_user", [](const Request& r, const Flow&) { return party<sip::From>(r).uri.user_decoded(); }},
    {"sip_from_host", [](const Request& r, const Flow&) { return std::string{party<sip::From>(r).uri.host()}; }},
    {"sip_from_uri", [](const Request& r, const Flow&) { return call::uri_address(party<sip::From>(r).uri); }},
    {"sip_from_display", [](const Request& r, const Flow&) { return party<sip::From>(r).display; }},
    {"sip_from_tag", [](const Request& r, const Flow&) { return party<sip::From>(r).params.text_of("tag"); }},
    {"sip_to_user", [](const Request& r, const Flow&) { return party<sip::To>(r).uri.user_decoded(); }},
    {"sip_to_host", [](const Request& r, const Flow&) { return std::string{party<sip::To>(r).uri.host()}; }},
    {"sip_to_uri", [](const Request& r, const Flow&) { return call::uri_address(party<sip::To>(r).uri); }},
    {"sip_contact_user", [](const Request& r, const Flow&) { return party<sip::Contact>(r).uri.user_decoded(); }},
    {"sip_contact_host", [](const Request& r, const Flow&) { return std::string{party<sip::Contact>(r).uri.host()}; }},
    {"sip_full_contact", [](const Request& r, const Flow&) { return text_of(r, "Contact"); }},
    {"sip_route_uri", [](const Request& r, const Flow&) { return std::string{party<sip::Route>(r).uri.text()}; }},
    {"sip_call_id", [](const Request& r, const Flow&) { return text_of(r, "Call-ID"); }},
    {"sip_user_agent", [](const Request& r, const Flow&) { return text_of(r, "User-Agent"); }},
    {"sip_subject", [](const Request& r, const Flow&) { return text_of(r, "Subject"); }},
    {"sip_event", [](const Request& r, const Flow&) { return text_of(r, "Event"); }},
    {"sip_content_type", [](const Request& r, const Flow&) { return std::string{r.content_type()}; }},
    {"sip_body", [](const Request& r, const Flow&) { return std::string{r.body()}; }},
    {"sip_via_protocol", [](const Request& r, const Flow&) { return base::lowered(party<sip::Via>(r).transport); }},
    {"sip_via_host", [](const Request& r, const Flow&) { return party<sip::Via>(r).host; }},
    {"sip_network_ip", [](const Request&, const Flow& from) { return from.remote.ip.text(); }},
    {"sip_network_port", [](const Request&, const Flow& from) { return std::to_string(from.remote.port); }},
    {"sip_received_ip", [](const Request&, const Flow& from) { return from.remote.ip.text(); }},
    {"sip_received_port", [](const Request&, const Flow& from) { return std::to_string(from.remote.port); }}};

constexpr std::string_view header_prefix = "sip_h_";

}  // namespace

bool RequestFields::knows(std::string_view name) {
  return name.starts_with(header_prefix) || std::ranges::any_of(rows, [&](const Row& row) { return row.name == name; });
}

std::optional<std::string> RequestFields::find(std::string_view name) const {
  // Every name of a dialplan comes by here, few of them are ours.
  if (!name.starts_with("sip_")) return std::nullopt;
  if (name.starts_with(header_prefix)) return call::inert(text_of(request_, name.substr(header_prefix.size())));
  const auto* row = std::ranges::find_if(rows, [&](const Row& each) { return each.name == name; });
  if (row == std::end(rows)) return std::nullopt;
  return call::inert(row->value(request_, from_));
}

}  // namespace dialplan
