// call/leg_change.cc - a call changes while it is up: offers in re-INVITE, UPDATE and PRACK, hold, and what the other party
// learns of it.
#include "audio/source.h"
#include "call/leg.h"
#include "call/refusal.h"
#include "call/ringback.h"
#include "call/switch.h"

namespace call {

// A late offer of ours: its answer is in the ACK (RFC 3261 section 13.2.1), of a re-INVITE too.
void Leg::on_acknowledged(const sip::Message& ack) {
  if (!bypass_media_ && media_->awaits_answer() && !take_answer_of(ack)) return;
  if (session_) session_->compact();
  changed();
}

// ... or in the PRACK (RFC 3262 section 5).
void Leg::on_provisional_acknowledged(const sip::Message& prack) {
  if (!bypass_media_ && prack.has_body() && media_->awaits_answer() && !take_answer_of(prack)) return;
  changed();
}

bool Leg::take_answer_of(const sip::Message& message) {
  if (message.has_body() && media_->take_answer(message.body()).has_value()) return true;
  media_->drop_offer();
  if (media_->negotiated()) return true;  // what was agreed on before still holds
  hang_up(Cause::incompatible_destination);
  return false;
}

endpoint::Extra Leg::on_reliable_provisional(const sip::Message& response) {
  on_provisional(response);
  return {};
}

// RFC 3261 section 14.2. Answered here, whatever the other leg thinks: each leg has its own media.
void Leg::on_change(const sip::Message& request) {
  if (bypass_media_ && peer_ && peer_->session_) {
    if (!peer_->session_->change(endpoint::Extra::sdp(std::string{request.body()}))) session_->refuse_change(491);
    return;
  }
  auto extra = own_headers("sip_rh_");
  if (!request.has_body() && request.method() != sip::Method::invite) return session_->accept_change(extra);
  if (request.has_body())
    if (const auto taken = media_->take_offer(request.body()); !taken)
      return session_->refuse_change(status_of(taken.error()));
  auto description = request.has_body() ? media_->make_answer(media_->joined()) : media_->make_offer(media_->joined());
  if (!description) return session_->refuse_change(status_of(description.error()));
  extra.content_type = "application/sdp";
  extra.body = std::move(*description);
  session_->accept_change(extra);
  if (request.has_body()) on_hold_changed();
  changed();
}

void Leg::on_change_result(int status, const sip::Message* response) {
  const bool accepted = response && status < 300;
  if (bypass_media_) {
    if (!peer_ || !peer_->session_) return;
    if (accepted) peer_->session_->accept_change(endpoint::Extra::sdp(std::string{response->body()}));
    else peer_->session_->refuse_change(status == 0 ? 408 : status);
    return;
  }
  if (!media_->awaits_answer()) return;
  if (!accepted || !response->has_body() || !media_->take_answer(response->body())) media_->drop_offer();
  changed();
}

/// The time for an offer has come: passed on from the other leg, or our own.
std::optional<endpoint::Extra> Leg::on_change_due() {
  if (bypass_media_) return peer_ ? std::optional{endpoint::Extra::sdp(std::string{peer_->media().remote_sdp()})} : std::nullopt;
  auto offer = media_->make_offer(media_->joined());
  if (!offer) return std::nullopt;
  auto extra = own_headers("sip_rh_");
  extra.content_type = "application/sdp";
  extra.body = std::move(*offer);
  return extra;
}

endpoint::Extra Leg::on_refresh() {
  if (!bypass_media_) return endpoint::Extra::sdp(media_->local_sdp());
  if (!peer_) return {};
  return endpoint::Extra::sdp(peer_->bypassed_sdp_.empty() ? peer_->media().remote_sdp() : peer_->bypassed_sdp_);
}

void Leg::offer_again() {
  if (session_ && answered()) session_->offer_soon();
}

void Leg::stand_in(std::string_view name) {
  caller_.chan_name = "link/" + std::string{name};
  variables_.set("channel_name", caller_.chan_name);
  variables_.set("call_uuid", call_uuid_);
  caller_.answered_time = wall_now();
  media_->set_local_only();
  set_progress(Progress::active);
}

// --- hold ------------------------------------------------------------------------------------------------------------

/// After an offer of the peer: the other party hears music while it is held, or is told in its own words.
void Leg::on_hold_changed() {
  if (sip_profile_.disable_hold) return;
  const bool holding = media_->held();
  const bool was_holding = std::exchange(holding_, holding);
  if (holding != was_holding) {
    variables_.set("sip_hold_state", holding ? "held" : "active");
    log().info("call", "{}", holding ? "puts the other party on hold" : "takes the call back");
  }
  if (!peer_ || !media_->joined()) return;
  if (holding && !was_holding && peer_->hear_hold_music(*this)) return;
  if (!holding) peer_->end_hold_music();
  if (peer_->hold_music_) return;
  if (peer_->media_->set_direction(media_->remote_direction())) peer_->offer_again();
}

bool Leg::hear_hold_music(const Leg& holder) {
  auto wanted = holder.variable("hold_music");
  if (wanted.empty()) wanted = sip_profile_.hold_music;
  if (wanted.empty() || bypass_media_) return false;
  constexpr std::uint32_t rate_hz = 8'000;
  auto source = audio::open_source(endless_source(wanted), rate_hz, shard().random());
  if (!source) {
    log().info("call", "hold music '{}' cannot be played", wanted);
    return false;
  }
  media_->play(std::move(*source));
  return hold_music_ = true;
}

void Leg::end_hold_music() {
  if (std::exchange(hold_music_, false) && alive()) media_->stop_playing();
}

}  // namespace call
