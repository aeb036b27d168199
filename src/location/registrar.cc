#include "location/registrar.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"
#include "sip/header/call_id.h"
#include "sip/header/contact.h"
#include "sip/header/cseq.h"
#include "sip/header/date.h"
#include "sip/header/expires.h"
#include "sip/header/flow_timer.h"
#include "sip/header/from.h"
#include "sip/header/min_expires.h"
#include "sip/header/path.h"
#include "sip/header/require.h"
#include "sip/header/supported.h"

namespace location {

namespace {

using std::chrono::seconds;

const base::metrics::Counter accepted_total{"ahoy_registers_accepted_total", "REGISTERs carried out"};
const base::metrics::Counter refused_total{"ahoy_registers_refused_total", "REGISTERs refused (challenges not counted)"};

std::string path_of(const sip::Message& request) {
  std::string all;
  for (const auto text : request.texts_of("Path")) all.append(all.empty() ? "" : ", ").append(text);
  return all;
}

/// As it is listed: what the phone said, but for expires, which is ours to say.
std::string listed(sip::Contact contact) {
  contact.params.remove("expires");
  std::string text;
  contact.print(text);
  return text;
}

}  // namespace

struct Registrar::Request {
  endpoint::TransactionId id;
  const sip::Message& message;
  const endpoint::Flow& from;
  const RegistrarSettings& settings;
  sip::To to{};
  std::string user{}, domain{}, aor{};
  std::string call_id{};
  Registration registration{};
};

void Registrar::set_settings(const std::string& profile, RegistrarSettings settings) {
  settings_.insert_or_assign(profile, std::move(settings));
}

const RegistrarSettings& Registrar::settings_of(const endpoint::Flow& from) const {
  static const RegistrarSettings defaults{};
  const auto found = settings_.find(endpoint_.point(from.point).profile);
  return found == settings_.end() ? defaults : found->second;
}

void Registrar::on_request(endpoint::TransactionId id, sip::Message message, const endpoint::Flow& from) {
  Request request{id, message, from, settings_of(from)};
  if (request.settings.disabled) return refuse(request, 403, "Registration disabled");
  const auto to = message.get<sip::To>();
  if (!to) return refuse(request, 400, "Bad To");
  // A number might be somebody's elsewhere; what is no address of a person is no address-of-record (RFC 4475 section 3.3.4).
  const bool number = to->uri.scheme() == sip::Uri::Scheme::tel;
  if (!to->uri.is_sip() && !number) return refuse(request, 400, "To is no SIP URI");
  if (number || to->uri.user().empty()) return refuse(request, 404);
  request.to = *to;
  request.user = to->uri.user_decoded();
  request.domain = base::lowered(request.settings.domain.empty() ? to->uri.host() : request.settings.domain);
  if (!accounts_.knows_domain(request.domain)) return refuse(request, 404, "Unknown domain");
  if (!authorize(request)) return;

  request.aor = address_of_record(request.user, request.domain);
  if (!check_outbound(request) || !read_contacts(request)) return;
  request.registration.replace_others = !request.settings.multiple;
  if (request.settings.registrations_max != 0) request.registration.limit = request.settings.registrations_max;
  if (const auto done = location_.update(request.aor, request.registration); !done) {
    // Section 10.3: a request that was overtaken fails as a whole.
    if (done.error() == UpdateError::out_of_order) return refuse(request, 500, "CSeq out of order");
    return refuse(request, 403, "Too many registrations");
  }
  accept(request);
}

bool Registrar::authorize(Request& request) {
  const auto& settings = request.settings;
  if (settings.accept_blind || (settings.trusted && settings.trusted(authenticator_.source_of(request.message, request.from)))) return true;
  std::string realm = settings.realm;
  if (realm.empty() || base::same(realm, "auto_to")) realm = request.domain;
  if (base::same(realm, "auto_from")) {
    const auto sender = request.message.get<sip::From>();
    // A realm of somebody else's choice would let anybody fill the table of challengers.
    const auto host = sender ? base::lowered(sender->uri.host()) : std::string{};
    realm = accounts_.knows_domain(host) ? host : request.domain;
  }
  const auto outcome = authenticator_.authenticate(request.id, request.message, request.from, realm, request.domain);
  if (outcome.verdict != endpoint::Authenticator::Verdict::accepted) return false;
  const auto& account = outcome.account;
  // Aliases of a domain are one domain: its users are found under its own name.
  if (settings.domain.empty() && !account.domain.empty()) request.domain = base::lowered(account.domain);
  if (!settings.own_name_only || request.user == account.user) return true;
  // An alias of the user is its own name too.
  const auto named = accounts_.find(request.user, request.domain);
  if (named && named->user == account.user) return true;
  base::log::warn("registrar", "{} may not register {}@{} (from {})", account.user, request.user, request.domain,
                  request.from.remote.text());
  refuse(request, 403);
  return false;
}

bool Registrar::read_contacts(Request& request) {
  const auto& message = request.message;
  auto& registration = request.registration;
  const auto call_id = message.get<sip::CallId>();
  const auto cseq = message.get<sip::CSeq>();
  const auto contacts = message.all<sip::Contact>();
  if (!call_id || !cseq || !contacts) {
    refuse(request, 400);
    return false;
  }
  request.call_id = call_id->value;
  registration.call_id = request.call_id;
  registration.cseq = cseq->number;
  if (std::ranges::any_of(*contacts, &sip::Contact::star)) {
    const auto expires = message.get<sip::Expires>();
    registration.remove_all = contacts->size() == 1 && expires && expires->value == 0;
    if (!registration.remove_all) refuse(request, 400, "Contact: * wants Expires: 0 and no other contact");
    return registration.remove_all;
  }
  if (contacts->size() > bindings_max) {
    refuse(request, 403, "Too many registrations");
    return false;
  }
  const std::string path = path_of(message);
  return std::ranges::all_of(*contacts, [&](const sip::Contact& each) { return read_contact(request, each, path); });
}

/// RFC 5626 section 6: a flow is of use only when the proxy next to the phone keeps it too.
bool Registrar::check_outbound(Request& request) {
  const auto& message = request.message;
  if (!message.has_token<sip::Supported>("outbound") || message.texts_of("Via").size() < 2) return true;
  const auto contacts = message.all<sip::Contact>();
  const bool asks = contacts && std::ranges::any_of(*contacts, [](const auto& each) { return each.reg_id().has_value(); });
  if (!asks) return true;
  const auto path = message.all<sip::Path>();
  if (path && !path->empty() && path->back().uri.has_param("ob")) return true;
  refuse(request, 439, "First Hop Lacks Outbound Support");
  return false;
}

bool Registrar::agree_expires(Request& request, const sip::Contact& contact, seconds& expires) {
  const auto header = request.message.get<sip::Expires>();
  // Section 20.19: what is malformed counts as 3600.
  if (contact.params.has("expires")) expires = seconds{contact.expires().value_or(3600)};
  else if (header) expires = seconds{header->value};
  else expires = header.error() == sip::HeaderError::malformed ? seconds{3600} : expires_default;
  if (expires == seconds{0}) return true;
  const auto& settings = request.settings;
  if (settings.expires_forced > seconds{0}) expires = settings.expires_forced;
  else if (expires < settings.expires_min && expires < never_too_brief) return false;
  if (settings.expires_max > seconds{0}) expires = std::min(expires, settings.expires_max);
  expires = std::min(expires, expires_most);
  return true;
}

bool Registrar::read_contact(Request& request, const sip::Contact& contact, std::string_view path) {
  seconds expires{};
  if (!agree_expires(request, contact, expires)) {
    auto response = sip::Message::response(request.message, 423, {}, endpoint_.new_tag());
    response.set(sip::MinExpires::of(static_cast<std::uint32_t>(request.settings.expires_min.count())));
    refused_total.add();
    endpoint_.respond(request.id, response);
    return false;
  }
  const std::string text = listed(contact);
  const auto agent = request.message.text_of("User-Agent").value_or("").substr(0, user_agent_max);
  const Binding::Text parts{text, request.call_id, path, agent};
  if (parts.size() > binding_text_max) {
    refuse(request, 513);
    return false;
  }
  Binding binding{parts};
  binding.cseq = request.registration.cseq;
  binding.q = static_cast<std::uint16_t>(contact.q());
  // RFC 5626 section 6: reg-id counts with an instance, from a phone that speaks outbound.
  if (!contact.instance().empty() && request.message.has_token<sip::Supported>("outbound"))
    binding.reg_id = contact.reg_id().value_or(0);
  binding.flow = request.from;
  const auto now = endpoint_.shard().now();
  binding.expires = expires == seconds{0} ? now : now + expires + request.settings.late_margin;
  auto& list = request.registration.bindings;
  // Named twice in one request: the last counts.
  std::erase_if(list, [&](const Binding& earlier) { return earlier.names_same(binding); });
  list.push_back(std::move(binding));
  return true;
}

void Registrar::refuse(Request& request, int status, std::string_view reason) {
  refused_total.add();
  base::log::debug("registrar", "REGISTER from {} refused: {} {}", request.from.remote.text(), status, reason);
  endpoint_.respond(request.id, request.message, status, reason);
}

// Section 10.3 step 8: every binding there is now, with what is left of it.
void Registrar::accept(Request& request) {
  accepted_total.add();
  const auto now = endpoint_.shard().now();
  auto response = sip::Message::response(request.message, 200, {}, endpoint_.new_tag());
  for (const auto& binding : location_.find(request.aor)) {
    // A phone that comes back before the time agreed finds the whole of it; the margin is ours.
    const auto left = std::max(std::chrono::ceil<seconds>(binding.expires - now) - request.settings.late_margin, seconds{0});
    if (left == seconds{0}) continue;
    response.add("Contact", std::string{binding.contact()} + ";expires=" + std::to_string(left.count()));
  }
  if (std::ranges::any_of(request.registration.bindings, &Binding::is_outbound)) {
    response.set(sip::Require::of("outbound"));
    const bool datagram = request.from.transport == endpoint::Transport::udp;
    response.set(sip::FlowTimer::of(static_cast<std::uint32_t>((datagram ? flow_timer_datagram : flow_timer_stream).count())));
  }
  // RFC 3327 section 5.3.
  if (request.message.has_token<sip::Supported>("path"))
    for (const auto text : request.message.texts_of("Path")) response.add("Path", text);
  response.set(sip::Date{std::chrono::sys_seconds{std::chrono::floor<seconds>(endpoint_.shard().wall_clock())}});
  const auto& agent = endpoint_.point(request.from.point).user_agent;
  if (!agent.empty()) response.add("Server", agent);
  endpoint_.respond(request.id, response);
}

}  // namespace location
