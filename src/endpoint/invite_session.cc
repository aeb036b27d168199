#include "endpoint/invite_session.h"

#include "base/require.h"
#include "endpoint/invite_session_parts.h"
#include "sip/header/call_id.h"
#include "sip/header/cseq.h"
#include "sip/header/from.h"
#include "sip/header/record_route.h"
#include "sip/header/supported.h"
#include "sip/header/to.h"

namespace endpoint {

namespace {

/// What we say we can do, in INVITEs and their answers.
std::string_view supported(const SessionPolicy& policy) {
  if (policy.timer.enabled) return policy.reliable_provisionals ? "replaces, norefersub, timer, 100rel" : "replaces, norefersub, timer";
  return policy.reliable_provisionals ? "replaces, norefersub, 100rel" : "replaces, norefersub";
}

}  // namespace

InviteSession::InviteSession(SipEndpoint& endpoint, User& user, bool outgoing, sip::Message invite, const Flow& flow,
                             const SessionPolicy& policy)
    : endpoint_{endpoint}, user_{&user}, outgoing_{outgoing}, invite_{std::move(invite)}, flow_{flow}, policy_{policy},
      call_id_{invite_.text_of("Call-ID").value_or("")}, has_offer_{invite_.has_body()},
      success_timer_{[this] { repeat_success(); }}, give_up_timer_{[this] { finish(); }} {
  if (flow_.transport == Transport::udp) return;
  if (outgoing) {
    beyond_proxies_ = !flow_.connection;
  } else if (const auto hops = invite_.all<sip::Via>()) {
    beyond_proxies_ = hops->size() > 1;
  }
}

InviteSession::~InviteSession() {
  for (const auto id : {invite_out_, change_out_, bye_out_, refer_out_})
    if (id != no_transaction) endpoint_.forget(id);
  if (credentials_)
    for (const auto& each : credentials_->asked) endpoint_.forget(each.id);
  for (const auto id : {invite_in_, success_id_})
    if (id != no_transaction) endpoint_.set_user(id, nullptr);
  if (redirection_) endpoint_.cancel_resolution(redirection_->ticket);
  endpoint_.cancel_resolution(ack_ticket_);
  if (!local_tag_.empty()) endpoint_.remove_dialog({call_id_, local_tag_, {}});
}

std::unique_ptr<InviteSession> InviteSession::receive(SipEndpoint& endpoint, User& user, TransactionId id,
                                                      sip::Message invite, const Flow& from,
                                                      const SessionPolicy& policy) {
  std::unique_ptr<InviteSession> session{new InviteSession{endpoint, user, false, std::move(invite), from, policy}};
  session->invite_in_ = id;
  session->local_tag_ = endpoint.new_tag();
  endpoint.set_user(id, session.get());
  endpoint.add_dialog({session->call_id_, session->local_tag_, {}}, *session);
  return session;
}

std::unique_ptr<InviteSession> InviteSession::send(SipEndpoint& endpoint, User& user, sip::Message invite,
                                                   const Flow& to, const SessionPolicy& policy, std::vector<Flow> others) {
  invite.add("Supported", supported(policy));
  if (policy.timer.enabled) sip::ask_for_session_timer(invite, policy.timer);
  // The copy that stays is a tight one.
  std::unique_ptr<InviteSession> session{new InviteSession{endpoint, user, true, sip::Message{invite}, to, policy}};
  if (const auto from = session->invite_.get<sip::From>()) session->local_tag_ = from->params.text_of("tag");
  base::require(!session->local_tag_.empty(), "an INVITE of ours without From tag");
  endpoint.add_dialog({session->call_id_, session->local_tag_, {}}, *session);
  session->invite_out_ = endpoint.send_request(std::move(invite), to, session.get(), std::move(others));
  return session;
}

sip::Message InviteSession::response_to(const sip::Message& request, int status, std::string_view reason,
                                        const Extra& extra) const {
  auto response = sip::Message::response(request, status, reason, local_tag_);
  if (status < 300) {
    response.copy<sip::RecordRoute>(request);
    std::string contact{"<"};
    const bool sips = base::same(invite_.request_uri().substr(0, 5), "sips:");
    contact.append(endpoint_.contact(flow_, {}, sips).text()).append(">");
    response.add("Contact", contact);
  }
  for (const auto& [name, value] : extra.headers) response.add(name, value);
  if (!extra.content_type.empty()) response.set_body(extra.content_type, extra.body);
  return response;
}

void InviteSession::provisional(int status, std::string_view reason, const Extra& extra) {
  if (outgoing_ || state_ != State::proceeding) return;
  auto response = response_to(invite_, status, reason, extra);
  if (!dialog_)
    if (auto dialog = sip::Dialog::as_uas(invite_, response)) dialog_ = std::move(*dialog);
  if (dialog_ && is_reliable(status)) return send_reliably(std::move(response));
  endpoint_.respond(invite_in_, response);
}

void InviteSession::answer(const Extra& extra) {
  if (outgoing_ || state_ != State::proceeding) return;
  if (reliability_ && reliability_->sender && reliability_->sender->holds_back_success()) {
    reliability_->answer = extra;
    state_ = State::answered;
    return;
  }
  send_answer(extra);
}

void InviteSession::send_answer(const Extra& extra) {
  auto response = response_to(invite_, 200, {}, extra);
  // What was answered reliably is not said again (RFC 3262 section 5).
  if (reliability_ && reliability_->settled) response.set_body({}, {});
  response.add("Supported", supported(policy_));
  agree_on_timer(response, invite_);
  auto dialog = sip::Dialog::as_uas(invite_, response);
  if (!dialog) return reject(400, "Contact missing");  // nowhere to send a BYE to
  if (dialog_) dialog->take_over(*dialog_);
  dialog_ = std::move(*dialog);
  state_ = State::answered;
  if (reliability_) drain_reliable();
  repeat_until_acknowledged(invite_in_, response);
}

void InviteSession::reject(int status, std::string_view reason, const Extra& extra) {
  if (outgoing_ || state_ != State::proceeding) return;
  endpoint_.respond(invite_in_, response_to(invite_, status, reason, extra));
  user_ = nullptr;
  finish();
}

void InviteSession::hang_up(int status, std::string_view phrase, std::string_view reason_header, const Extra& extra) {
  user_ = nullptr;
  switch (state_) {
    case State::proceeding:
      if (!outgoing_) {
        Extra with_reason = extra;
        if (!reason_header.empty()) with_reason.headers.emplace_back("Reason", reason_header);
        return reject(status, phrase, with_reason);
      }
      if (invite_out_ == no_transaction) return finish();  // the next one would have been asked soon
      state_ = State::ending;
      endpoint_.settle(invite_out_);
      cancel_wanted_ = true;
      cancel_reason_ = reason_header;
      if (provisional_came_) send_cancel();
      return;
    case State::answered:
      if (answer_waits()) {
        reliability_->answer.reset();
        state_ = State::proceeding;
        return hang_up(status, phrase, reason_header, extra);
      }
      state_ = State::ending;
      // RFC 3261 section 15: a callee may not send BYE before the ACK came or its wait is over.
      if (!outgoing_ && success_timer_.running()) {
        cancel_reason_ = reason_header;
        return;
      }
      return send_bye(*dialog_, reason_header, this);
    case State::ending:
    case State::over: return;
  }
}

void InviteSession::send_bye(sip::Dialog& dialog, std::string_view reason_header, ClientUser* user) {
  auto bye = dialog.request(sip::Method::bye);
  if (!reason_header.empty()) bye.add("Reason", reason_header);
  if (!user) {
    endpoint_.send_in(dialog, flow_, beyond_proxies_, std::move(bye), nullptr);
    return;
  }
  // A 2xx to a re-INVITE may still wait for its ACK, and neither that nor its absence asks for another BYE.
  success_timer_.stop();
  bye_out_ = send_in_dialog(std::move(bye), user);
}

namespace {

void put(sip::Message& request, const Extra& extra) {
  for (const auto& [name, value] : extra.headers) request.add(name, value);
  if (!extra.content_type.empty()) request.set_body(extra.content_type, extra.body);
}

}  // namespace

void InviteSession::ask(sip::Method method, const Extra& extra) {
  if (!dialog_ || state_ == State::over || state_ == State::ending) return;
  auto request = dialog_->request(method);
  put(request, extra);
  send_in_dialog(std::move(request), nullptr);
}

bool InviteSession::refer(const Extra& extra) {
  if (state_ != State::answered || refer_out_ != no_transaction) return false;
  auto request = dialog_->request(sip::Method::refer);
  put(request, extra);
  refer_out_ = send_in_dialog(std::move(request), this);
  return true;
}

void InviteSession::respond(TransactionId id, const sip::Message& request, int status, const Extra& extra) {
  endpoint_.respond(id, response_to(request, status, {}, extra));
}

void InviteSession::compact() {
  // Assigning an empty message would keep the memory of the text.
  { const sip::Message done = std::move(invite_); }
  invite_ = {};
}

void InviteSession::give_up(const Ending& ending, std::string_view reason_header) {
  state_ = State::ending;
  send_bye(*dialog_, reason_header, this);
  if (auto* told = std::exchange(user_, nullptr)) told->on_ended(ending);
}

void InviteSession::end(const Ending& ending) {
  auto* told = std::exchange(user_, nullptr);
  finish();
  if (told) told->on_ended(ending);
}

void InviteSession::finish() {
  state_ = State::over;
  success_timer_.stop();
  give_up_timer_.stop();
  if (reliability_) reliability_->timer.stop();
  if (clock_) clock_->timer.stop();
  if (later_change_) later_change_->timer.stop();
  if (redirection_) endpoint_.cancel_resolution(redirection_->ticket);
  endpoint_.poke();
}

}  // namespace endpoint
