#include "main/call_presence.h"

#include <algorithm>

#include "location/location.h"

namespace ahoy {

namespace {

presence::DialogState state_of(const call::Leg& leg) {
  switch (leg.progress()) {
    case call::Progress::active: return presence::DialogState::confirmed;
    case call::Progress::ringing:
    case call::Progress::early: return presence::DialogState::early;
    default: return presence::DialogState::trying;
  }
}

presence::Dialog::Party party(std::string_view name, std::string_view number, std::string_view domain) {
  if (number.empty()) return {};
  return {name == number ? std::string{} : std::string{name}, std::string{sip::Uri::sip(number, domain).text()}};
}

/// Who calls, as far as it may be seen (RFC 3323).
presence::Dialog::Party caller_of(const call::Leg& leg, std::string_view domain) {
  const auto& caller = leg.caller();
  if (caller.privacy_hide_number) return {{}, "sip:anonymous@anonymous.invalid"};
  return party(caller.privacy_hide_name ? std::string_view{} : caller.caller_id_name, caller.caller_id_number, domain);
}

presence::Dialog::Party remote_of(const call::Leg& leg, bool calls, std::string_view domain) {
  const auto* peer = leg.answered() ? leg.peer() : nullptr;
  const bool joined = peer && peer->peer() == &leg;
  if (joined && peer->direction() == call::Direction::inbound) return caller_of(*peer, domain);
  if (!calls) return caller_of(leg, domain);
  const auto& callee = joined && !peer->caller().callee_id_number.empty() ? peer->caller() : leg.caller();
  const auto& number = callee.callee_id_number.empty() ? leg.caller().destination_number : callee.callee_id_number;
  return party(callee.callee_id_name, number, domain);
}

}  // namespace

std::vector<CallPresence::Line> CallPresence::lines_of(const call::Leg& leg) const {
  std::vector<Line> lines;
  const auto add = [&](std::string_view user, std::string_view domain, bool calls) {
    Line line{location::address_of_record(user, domain), calls};
    const bool known = std::ranges::find(lines, line.aor, &Line::aor) != lines.end();
    if (!user.empty() && !domain.empty() && !known) lines.push_back(std::move(line));
  };
  if (leg.direction() == call::Direction::inbound) {
    const auto& profile = leg.profile_of_sip();
    const auto from = leg.variable("sip_from_user");
    const std::string_view host = profile.domain.empty() ? leg.variable("sip_from_host") : std::string_view{profile.domain};
    if (!leg.variable("user_name").empty()) add(leg.variable("user_name"), leg.variable("domain_name"), true);
    else if (!profile.auth_calls && accounts_.find(from, host)) add(from, host, true);
  }
  const auto id = leg.variable("presence_id");
  const auto at = id.rfind('@');
  if (at != std::string_view::npos) add(id.substr(0, at), id.substr(at + 1), false);
  return lines;
}

void CallPresence::show(const call::Leg& leg) {
  const auto* session = leg.session();
  if (!session || leg.hung_up()) return;
  auto& shown = shown_[leg.uuid()];
  shown.presence_id = leg.variable("presence_id");
  auto lines = lines_of(leg);
  for (const auto& old : shown.lines)
    if (std::ranges::find(lines, old) == lines.end()) agent_.end_dialog(old.aor, leg.uuid());
  shown.lines = std::move(lines);
  const auto* dialog = session->dialog();
  for (const auto& line : shown.lines) {
    const auto domain = std::string_view{line.aor}.substr(line.aor.rfind('@') + 1);
    agent_.set_dialog(line.aor, {leg.uuid(), session->call_id(), dialog ? dialog->id().remote_tag : std::string{},
                                 session->local_tag(), line.calls, state_of(leg), {{}, presence::uri_of(line.aor)},
                                 remote_of(leg, line.calls, domain)});
  }
}

/// It may have set presence_id.
void CallPresence::on_executed(const call::Leg& leg, std::string_view) {
  const auto found = shown_.find(leg.uuid());
  if (found != shown_.end() && found->second.presence_id != leg.variable("presence_id")) show(leg);
}

void CallPresence::on_bridge(const call::Leg& a, const call::Leg& b) {
  show(a);
  show(b);
}

void CallPresence::on_hangup(const call::Leg& leg) {
  const auto node = shown_.extract(leg.uuid());
  if (node.empty()) return;
  for (const auto& line : node.mapped().lines) agent_.end_dialog(line.aor, leg.uuid());
}

}  // namespace ahoy
