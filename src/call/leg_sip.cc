// call/leg_sip.cc - a leg and its SIP dialog: what we tell the peer, what the peer tells us.
#include "call/leg.h"

#include <algorithm>

#include "call/hooks.h"
#include "call/media/codec_prefs.h"
#include "call/referral.h"
#include "call/refusal.h"
#include "call/switch.h"
#include "sip/header/event.h"

namespace call {

namespace {

Cause cause_of(Media::Refusal refusal) {
  return refusal == Media::Refusal::no_ports ? Cause::switch_congestion : Cause::incompatible_destination;
}

/// The digit and duration of application/dtmf-relay ("Signal=5\r\nDuration=160") or application/dtmf ("5").
std::optional<Digits::Digit> digit_of(const sip::Message& info) {
  const auto type = info.content_type();
  const auto body = info.body();
  if (base::same(type, "application/dtmf")) {
    const auto text = base::trim(body);
    if (text.size() == 1 && is_dtmf(text[0])) return Digits::Digit{text[0], std::chrono::milliseconds{100}};
    return std::nullopt;
  }
  if (!base::same(type, "application/dtmf-relay")) return std::nullopt;
  Digits::Digit digit{'\0', std::chrono::milliseconds{100}};
  for (const auto line : base::split(body, '\n')) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const auto key = base::trim(line.substr(0, equals));
    const auto value = base::trim(line.substr(equals + 1));
    if (base::same(key, "Signal") && value.size() == 1 && is_dtmf(value[0])) digit.digit = value[0];
    if (base::same(key, "Duration"))
      if (const auto ms = base::to_number<std::uint16_t>(value)) digit.duration = std::chrono::milliseconds{*ms};
  }
  return digit.digit != '\0' ? std::optional{digit} : std::nullopt;
}

/// The peer's way of ending it, as variables.
void note_ending(Variables& variables, const endpoint::Ending& ending) {
  using How = endpoint::Ending::How;
  constexpr int bye_status = 200;
  switch (ending.how) {
    case How::cancelled: variables.set("sip_hangup_disposition", "recv_cancel"); break;
    case How::rejected:
      variables.set("sip_hangup_disposition", "recv_refuse");
      variables.set("sip_invite_failure_status", std::to_string(ending.status));
      variables.set("sip_invite_failure_phrase", inert(ending.phrase));
      break;
    case How::bye: variables.set("sip_hangup_disposition", "recv_bye"); break;
    case How::no_ack:
    case How::expired:
    case How::timeout:
    case How::transport_error: break;
  }
  const int status = ending.how == How::bye ? bye_status : ending.status;
  if (status != 0) variables.set("proto_specific_hangup_cause", "sip:" + std::to_string(status));
  variables.set("sip_reason", inert(ending.reason));
}

}  // namespace

endpoint::Extra Leg::own_headers(std::string_view prefix) const {
  endpoint::Extra extra;
  extra.headers.emplace_back("User-Agent", sip_profile_.user_agent);
  variables_.for_each([&](std::string_view name, std::string_view value) {
    if (name.size() > prefix.size() && base::same(name.substr(0, prefix.size()), prefix))
      extra.headers.emplace_back(name.substr(prefix.size()), value);
  });
  return extra;
}

// sip_session_timeout and sip_minimum_session_expires, in seconds; 0 as timeout: no session timer.
endpoint::SessionPolicy Leg::session_policy() const {
  auto policy = sip_profile_.session;
  if (variables_.is_true("outbound_redirect_fatal")) policy.follows_redirects = false;
  if (const auto wanted = variables_.number("sip_session_timeout")) {
    policy.timer.enabled = *wanted > 0;
    if (*wanted > 0) policy.timer.interval = std::chrono::seconds{*wanted};
  }
  if (const auto least = variables_.number("sip_minimum_session_expires"); least && *least > 0)
    policy.timer.minimum = std::chrono::seconds{*least};
  policy.timer.minimum = std::min(policy.timer.minimum, policy.timer.interval);
  return policy;
}

void Leg::ring_ready(int status) {
  if (!session_ || direction_ != Direction::inbound || progress_ >= Progress::ringing) return;
  caller_.progress_time = wall_now();
  session_->provisional(status, {}, own_headers("sip_ph_"));
  set_progress(Progress::ringing);
  execute_hooks(*this, "execute_on_ring");
}

void Leg::refuse_media(Media::Refusal refusal) {
  log().notice("call", "no media can be agreed on: {}", status_of(refusal));
  last_failure_status_ = status_of(refusal);
  hang_up(cause_of(refusal));
}

// absolute_codec_string is the whole list; codec_string does for the codecs of the profile.
void Leg::choose_codecs() {
  const auto absolute = variables_.get("absolute_codec_string");
  const auto wanted = !absolute.empty() ? absolute : variables_.get("codec_string");
  if (wanted.empty()) return;
  auto prefs = parse_codec_prefs(wanted);
  if (!prefs.codecs.empty()) media_->set_codecs(std::move(prefs.codecs), !absolute.empty());
}

std::optional<std::string> Leg::local_description(Media* peer) {
  const bool repeated = media_->negotiated() && !media_->has_offer();
  if (repeated) return media_->local_sdp();
  choose_codecs();
  auto description = media_->has_offer() ? media_->make_answer(peer) : media_->make_offer(peer);
  if (description) return std::move(*description);
  refuse_media(description.error());
  return std::nullopt;
}

/// outbound_redirect_fatal: a redirection ends the search for somebody who answers.
Cause Leg::rejection_cause(int status) const {
  const bool redirected = status / 100 == 3 && variables_.is_true("outbound_redirect_fatal");
  return redirected ? Cause::requested_chan_unavail : cause_of_status(status);
}

bool Leg::pre_answer(Media* peer) {
  if (hung_up()) return false;
  if (direction_ != Direction::inbound || progress_ >= Progress::early) return true;
  auto description = local_description(peer);
  if (!description) return false;
  pre_answer_with(*description);
  return alive();
}

void Leg::pre_answer_with(std::string_view sdp) {
  if (!session_ || direction_ != Direction::inbound || progress_ >= Progress::early) return;
  auto extra = own_headers("sip_ph_");
  extra.content_type = "application/sdp";
  extra.body = sdp;
  caller_.progress_media_time = wall_now();
  session_->provisional(183, {}, extra);
  variables_.set("endpoint_disposition", "EARLY MEDIA");
  set_progress(Progress::early);
  execute_hooks(*this, "execute_on_pre_answer");
  execute_hooks(*this, "execute_on_media");
}

bool Leg::answer(Media* peer) {
  if (hung_up()) return false;
  // A stand-in of another shard's leg, which has no session, is answered from the beginning.
  if (direction_ != Direction::inbound || answered()) return true;
  auto description = local_description(peer);
  if (!description) return false;
  answer_with(*description);
  return alive();
}

void Leg::answer_with(std::string_view sdp) {
  if (!session_ || direction_ != Direction::inbound || answered()) return;
  auto extra = own_headers("sip_rh_");
  extra.content_type = "application/sdp";
  extra.body = sdp;
  extra.headers.emplace_back("Allow", owner_.endpoint().allow());
  session_->set_policy(session_policy());
  session_->answer(extra);
  if (session_->state() != endpoint::InviteSession::State::answered) return end(Cause::protocol_error, HangupBy::us);
  caller_.answered_time = wall_now();
  last_failure_status_ = 0;
  variables_.set("endpoint_disposition", "ANSWER");
  set_progress(Progress::active);
  if (!bypass_media_) media_->expect_audio();
  execute_hooks(*this, "execute_on_answer");
}

void Leg::respond(int status, std::string_view phrase, Cause cause, const endpoint::Extra& extra) {
  if (!session_ || hung_up()) return;
  auto all = own_headers("sip_rh_");
  all.headers.insert(all.headers.end(), extra.headers.begin(), extra.headers.end());
  const bool challenge = status == 401 || status == 407;
  if (const auto reason = told_reason(cause); !challenge && !reason.empty()) all.headers.emplace_back("Reason", reason);
  variables_.set("sip_hangup_disposition", "send_refuse");
  session_->hang_up(status, phrase, {}, all);
  end(cause, HangupBy::us);
}

bool Leg::dial(sip::Message invite, const DialTarget& target, Leg* peer, bool bypass_media) {
  bypass_media_ = bypass_media;
  if (bypass_media && peer) {
    invite.set_body("application/sdp", peer->media().remote_sdp());
  } else {
    choose_codecs();
    auto offer = media_->make_offer(peer ? &peer->media() : nullptr);
    if (!offer) {
      end(cause_of(offer.error()), HangupBy::us);
      return false;
    }
    invite.set_body("application/sdp", *offer);
  }
  session_ = endpoint::InviteSession::send(owner_.endpoint(), *this, std::move(invite), target.flow, session_policy(),
                                           target.others);
  if (target.gateway && !target.gateway->account.secret.password.empty())
    session_->use(std::make_unique<sip::Responder>(target.gateway->account));
  variables_.set("sip_call_id", session_->call_id());
  owner_.add_dialog(*this);
  owner_.tell([this](Observer& observer) { observer.on_dialog(*this, session_->call_id()); });
  execute_hooks(*this, "execute_on_originate");
  return true;
}

void Leg::on_provisional(const sip::Message& response) {
  if (response.has_body()) {
    const bool taken = bypass_media_ || media_->negotiated() || media_->take_answer(response.body()).has_value();
    if (bypass_media_) bypassed_sdp_ = response.body();
    if (taken) {
      early_media_ = true;
      variables_.set("endpoint_disposition", "EARLY MEDIA");
      const bool first = caller_.progress_media_time == WallTime{};
      if (first) caller_.progress_media_time = wall_now();
      set_progress(Progress::early);
      if (first) execute_hooks(*this, "execute_on_pre_answer");
      if (first) execute_hooks(*this, "execute_on_media");
      return changed();
    }
  }
  if (response.status() >= 180 && response.status() != 183 && progress_ < Progress::ringing) {
    caller_.progress_time = wall_now();
    set_progress(Progress::ringing);
    execute_hooks(*this, "execute_on_ring");
  }
  changed();
}

void Leg::on_unheard(const std::optional<base::Address>& expected) {
  log().notice("media", "nothing is heard from {}: no packet from {}", caller_.chan_name,
               expected ? expected->text() : std::string{"anywhere"});
  owner_.tell([&](Observer& observer) { observer.on_unheard(*this, expected); });
}

void Leg::on_answered(const sip::Message& response) {
  if (bypass_media_) {
    if (response.has_body()) bypassed_sdp_ = response.body();
  } else if (response.has_body() || !media_->negotiated()) {
    const auto taken = media_->take_answer(response.body());
    if (!taken) {
      log().notice("call", "the answer's session description is no answer to our offer");
      failure_status_ = status_of(taken.error());
      return hang_up(Cause::incompatible_destination);
    }
  }
  caller_.answered_time = wall_now();
  if (const auto contact = response.text_of("Contact")) variables_.set("sip_contact_uri", inert(*contact));
  variables_.set("endpoint_disposition", "ANSWER");
  set_progress(Progress::active);
  if (!bypass_media_) media_->expect_audio();
  execute_hooks(*this, "execute_on_answer");
  changed();
}

int Leg::on_info(const sip::Message& info) {
  // RFC 5168: a picture from scratch is wanted; only who sends the pictures can do that.
  if (base::same(info.content_type(), "application/media_control+xml")) {
    if (!peer_ || !peer_->session_) return 200;
    endpoint::Extra passed;
    passed.content_type = info.content_type();
    passed.body = info.body();
    peer_->session_->info(passed);
    return 200;
  }
  const auto digit = digit_of(info);
  if (!digit) return info.has_body() ? 415 : 200;
  if (peer_ && media_->joined()) peer_->media().send_digits(std::string_view{&digit->digit, 1}, digit->duration);
  receive_digit(digit->digit, digit->duration);
  return 200;
}

void Leg::on_other(endpoint::InviteSession& session, endpoint::TransactionId id, const sip::Message& request) {
  switch (request.method()) {
    case sip::Method::refer: return take_referral(*this, id, request);
    case sip::Method::notify: return on_notify(session, id, request);
    default: break;
  }
  // MESSAGE: the other party's, as it is.
  if (!peer_ || !peer_->session_ || !peer_->session_->dialog()) return session.respond(id, request, 404);
  endpoint::Extra passed;
  passed.content_type = request.content_type();
  passed.body = request.body();
  peer_->session_->ask(sip::Method::message, passed);
  session.respond(id, request, 200);
}

/// How a REFER of ours goes (RFC 3515 section 2.4.4): the status line in the body.
void Leg::on_notify(endpoint::InviteSession& session, endpoint::TransactionId id, const sip::Message& notify) {
  const auto event = notify.get<sip::Event>();
  if (!event || !event->is("refer")) {
    endpoint::Extra known;
    known.headers.emplace_back("Allow-Events", "refer");
    return session.respond(id, notify, 489, known);
  }
  const auto body = notify.body();
  variables_.set("sip_refer_reply", inert(body));
  if (body.starts_with("SIP/2.0 ")) variables_.set("sip_refer_status_code", inert(body.substr(8, 3)));
  session.respond(id, notify, 200);
  changed();
}

bool Leg::refer(const std::string& refer_to) {
  if (!session_ || !session_->dialog()) return false;
  endpoint::Extra extra;
  extra.headers.emplace_back("Refer-To", refer_to);
  extra.headers.emplace_back("Referred-By", "<" + owner_.endpoint().contact(session_->flow(), "ahoy").text() + ">");
  return session_->refer(extra);
}

void Leg::on_refer_result(int status) {
  variables_.set("sip_refer_response", std::to_string(status));
  changed();
}

void Leg::on_ended(const endpoint::Ending& ending) {
  using How = endpoint::Ending::How;
  failure_status_ = ending.status;
  const auto given = parse_reason(ending.reason);
  Cause cause = Cause::normal_clearing;
  switch (ending.how) {
    case How::cancelled: cause = Cause::originator_cancel; break;
    case How::rejected: cause = given.value_or(rejection_cause(ending.status)); break;
    case How::bye: cause = given.value_or(Cause::normal_clearing); break;
    case How::no_ack:
    case How::expired:
    case How::timeout: cause = Cause::recovery_on_timer_expire; break;
    case How::transport_error: cause = Cause::normal_temporary_failure; break;
  }
  variables_.set("sip_term_status", std::to_string(ending.status));
  note_ending(variables_, ending);
  const bool ours = ending.how != How::cancelled && ending.how != How::rejected && ending.how != How::bye;
  end(cause, ours ? HangupBy::us : HangupBy::peer);
}

}  // namespace call
