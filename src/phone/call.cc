#include "phone/call.h"

#include "base/log.h"

namespace phone {

namespace {

std::string_view name(endpoint::Ending::How how) {
  using How = endpoint::Ending::How;
  switch (how) {
    case How::cancelled: return "cancelled";
    case How::rejected: return "rejected";
    case How::bye: return "bye";
    case How::no_ack: return "no ACK";
    case How::expired: return "session timer expired";
    case How::timeout: return "timeout";
    case How::transport_error: return "transport error";
  }
  return "ended";
}

}  // namespace

Call::Call(io::Shard& shard, endpoint::SipEndpoint& endpoint, call::PortPool& ports, const call::MediaOptions& media,
           Script script)
    : shard_{shard}, endpoint_{endpoint}, script_{std::move(script)}, began_{shard.now()},
      media_{new call::Media{shard, ports, media, *this}}, ear_{shard},
      answer_timer_{[this] { answer(); }}, play_timer_{[this] { play(script_.play); }},
      digits_timer_{[this] { send_digits(script_.digits); }}, hang_up_timer_{[this] { hang_up(); }} {
  media_->set_tap(&ear_);
}

Call::~Call() {
  on_changed = nullptr;
  hang_up();
}

void Call::become(State state) {
  if (state_ == state) return;
  state_ = state;
  if (on_changed) on_changed(*this);
}

void Call::begin(sip::Message invite, const endpoint::Flow& flow, sip::Responder::Account account) {
  peer_ = invite.text_of("To").value_or("");
  auto offer = media_->make_offer(nullptr);
  if (!offer) return end("no ports");
  invite.set_body("application/sdp", *offer);
  session_ = endpoint::InviteSession::send(endpoint_, *this, std::move(invite), flow);
  session_->use(std::make_unique<sip::Responder>(std::move(account)));
}

void Call::receive(endpoint::TransactionId id, sip::Message invite, const endpoint::Flow& from,
                   const Reception& reception) {
  incoming_ = true;
  peer_ = invite.text_of("From").value_or("");
  const std::string offer{invite.body()};
  session_ = endpoint::InviteSession::receive(endpoint_, *this, id, std::move(invite), from);
  if (reception.reject != 0) return reject(reception.reject);
  if (!offer.empty() && !media_->take_offer(offer)) return reject(488);
  if (reception.ring) session_->provisional(180);
  become(State::ringing);
  if (reception.answer_after) answer_timer_.start(shard_.timers(), shard_.now() + *reception.answer_after);
}

void Call::answer() {
  if (!session_ || !incoming_ || state_ == State::up) return;
  answer_timer_.stop();
  auto description = media_->has_offer() ? media_->make_answer(nullptr) : media_->make_offer(nullptr);
  if (!description) return reject(488);
  session_->answer(endpoint::Extra::sdp(std::move(*description)));
  status_ = 200;
  up();
}

void Call::reject(int status) {
  if (!session_) return;
  status_ = status;
  session_->hang_up(status);
  end("rejected");
}

void Call::hang_up() {
  if (over()) return;
  if (session_) session_->hang_up(480);
  end("hung up");
}

void Call::send_digits(std::string_view digits) { media_->send_digits(digits, script_.digit_length); }

bool Call::play(const std::string& source) {
  const auto rate_hz = media_->sample_rate_hz();
  auto opened = audio::open_source(source, rate_hz, shard_.random());
  if (!opened) {
    base::log::warn("phone", "cannot play '{}'", source);
    return false;
  }
  media_->play(ear_.remember(std::move(*opened), rate_hz), rate_hz);
  return true;
}

void Call::up() {
  answered_ = shard_.now();
  auto& timers = shard_.timers();
  if (!script_.record.empty()) media_->record(script_.record, {.rate_hz = media_->sample_rate_hz()});
  if (script_.echo) media_->echo(base::Duration{0});
  if (!script_.play.empty()) play_timer_.start(timers, answered_ + script_.play_after);
  if (!script_.digits.empty()) digits_timer_.start(timers, answered_ + script_.digits_after);
  if (script_.hang_up_after) hang_up_timer_.start(timers, answered_ + *script_.hang_up_after);
  become(State::up);
}

void Call::on_provisional(const sip::Message& response) {
  if (response.has_body() && !media_->negotiated() && media_->take_answer(response.body())) return become(State::early);
  if (response.status() >= 180 && state_ == State::calling) become(State::ringing);
}

void Call::on_answered(const sip::Message& response) {
  status_ = response.status();
  if ((response.has_body() || !media_->negotiated()) && !media_->take_answer(response.body())) {
    session_->hang_up(0);
    return end("the answer is no answer to our offer");
  }
  up();
}

void Call::on_acknowledged(const sip::Message& ack) {
  if (ack.has_body() && !media_->negotiated()) static_cast<void>(media_->take_answer(ack.body()));
}

void Call::on_change(const sip::Message& request) {
  if (request.has_body() && !media_->take_offer(request.body())) return session_->refuse_change(400);
  auto description = request.has_body() ? media_->make_answer(nullptr) : media_->make_offer(nullptr);
  if (!description) return session_->refuse_change(488);
  session_->accept_change(endpoint::Extra::sdp(std::move(*description)));
}

void Call::on_ended(const endpoint::Ending& ending) {
  if (ending.status != 0) status_ = ending.status;
  end(std::string{name(ending.how)});
}

void Call::end(std::string how) {
  if (over()) return;
  ended_ = std::move(how);
  over_ = shard_.now();
  for (auto* timer : {&answer_timer_, &play_timer_, &digits_timer_, &hang_up_timer_}) timer->stop();
  media_->close();
  if (session_) endpoint_.linger(std::move(session_));
  become(State::over);
}

Verdict Call::verdict() const {
  Verdict out;
  out.answered = answered_ != base::Time{};
  out.status = status_;
  out.ended = ended_;
  if (out.answered) {
    out.setup = answered_ - began_;
    out.talked = (over() ? over_ : shard_.now()) - answered_;
  }
  const auto figures = media_->figures();
  out.codec = figures.codec;
  out.packets_in = figures.packets_in;
  out.packets_out = figures.packets_out;
  out.packets_lost = figures.packets_lost;
  const auto expected = static_cast<double>(figures.packets_in + figures.packets_lost);
  out.loss = expected > 0 ? static_cast<double>(figures.packets_lost) / expected : 0;
  out.jitter = figures.jitter;
  out.round_trip = figures.round_trip;
  out.mos = figures.mos;
  out.digits = digits_;
  ear_.judge(out);
  return out;
}

}  // namespace phone
