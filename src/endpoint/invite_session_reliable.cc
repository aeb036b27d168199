// endpoint/invite_session_reliable.cc - provisional responses with PRACK, both sides. RFC 3262.
#include "endpoint/invite_session_parts.h"
#include "sip/header/allow.h"
#include "sip/header/cseq.h"
#include "sip/header/rack.h"
#include "sip/header/require.h"
#include "sip/header/rseq.h"
#include "sip/header/supported.h"

namespace endpoint {

namespace {

/// To the transaction one provisional response is like another.
constexpr int some_provisional = 183;

std::uint32_t number_of_invite(const sip::Message& invite) {
  const auto cseq = invite.get<sip::CSeq>();
  return cseq ? cseq->number : 0;
}

}  // namespace

bool InviteSession::is_reliable(int status) const {
  if (status <= 100) return false;
  if (reliability_) return true;
  return invite_.has_token<sip::Require>("100rel") ||
         (policy_.reliable_provisionals && invite_.has_token<sip::Supported>("100rel"));
}

bool InviteSession::answer_waits() const { return reliability_ && reliability_->answer; }

InviteSession::Reliability& InviteSession::reliability() {
  if (!reliability_)
    reliability_ = std::make_unique<Reliability>([this] {
      reliability_->sender->on_time(endpoint_.shard().now());
      drain_reliable();
    });
  return *reliability_;
}

// --- callee ----------------------------------------------------------------------------------------------------------

void InviteSession::send_reliably(sip::Message response) {
  auto& part = reliability();
  if (!part.sender) {
    const auto& timing = endpoint_.point(flow_.point).timing;
    const auto first = 1 + endpoint_.shard().random().below(sip::ReliableSender::first_max);
    part.sender.emplace(timing, static_cast<std::uint32_t>(first));
    peer_takes_update_ = invite_.has_token<sip::Allow>("UPDATE");
  }
  // The answer is given once; the offer of a late offer too.
  if (part.settled || part.offered) response.set_body({}, {});
  response.add("Require", "100rel");
  response.set(sip::RSeq::of(part.sender->next_rseq()));
  const bool described = response.has_body();
  if (described) (has_offer_ ? part.settled : part.offered) = true;
  part.sender->add(response.text(), described, endpoint_.shard().now());
  drain_reliable();
}

void InviteSession::drain_reliable() {
  auto& part = *reliability_;
  if (!part.sender) return;
  if (endpoint_.answered(invite_in_) || (state_ == State::answered && !answer_waits())) part.sender->stop();
  while (const auto output = part.sender->poll()) {
    if (std::holds_alternative<sip::ReliableSender::Send>(*output)) {
      endpoint_.respond_with(invite_in_, some_provisional, part.sender->current());
      continue;
    }
    part.answer.reset();
    endpoint_.respond(invite_in_, response_to(invite_, 504, "No PRACK", {}));
    return end({Ending::How::no_ack, 504, {}, {}});
  }
  part.timer.start(endpoint_.shard().timers(), part.sender->deadline());
}

void InviteSession::on_prack(TransactionId id, sip::Message prack) {
  const auto rack = prack.get<sip::RAck>();
  if (!rack) return endpoint_.respond(id, prack, 400, "RAck missing");
  const bool ours = reliability_ && reliability_->sender && user_;
  if (!ours || !reliability_->sender->on_prack(*rack, number_of_invite(invite_), endpoint_.shard().now()))
    return endpoint_.respond(id, prack, 481);
  auto& part = *reliability_;
  drain_reliable();
  if (prack.has_body() && part.settled) {  // a new offer
    if (change_in_ || changing_) return endpoint_.respond(id, prack, changing_ ? 491 : 500);
    take_change(id, std::move(prack));
  } else {
    if (prack.has_body() && !part.offered) return endpoint_.respond(id, prack, 488);
    part.settled |= prack.has_body();
    endpoint_.respond(id, response_to(prack, 200, {}, {}));
    user_->on_provisional_acknowledged(prack);
  }
  if (!answer_waits() || part.sender->holds_back_success() || state_ != State::answered) return;
  const auto answer = std::move(*std::exchange(part.answer, std::nullopt));
  state_ = State::proceeding;
  send_answer(answer);
}

// --- caller ----------------------------------------------------------------------------------------------------------

void InviteSession::on_reliable(const sip::Message& response) {
  const auto rseq = response.get<sip::RSeq>();
  if (!rseq || !dialog_ || !user_) return;
  auto& part = reliability();
  using Verdict = sip::ReliableReceiver::Verdict;
  if (part.receiver.on_provisional(dialog_->id().remote_tag, rseq->value) != Verdict::fresh) return;
  peer_takes_update_ |= response.has_token<sip::Allow>("UPDATE");
  part.settled |= response.has_body();
  const auto extra = user_->on_reliable_provisional(response);
  if (state_ != State::proceeding) return;  // the user has had enough
  auto prack = dialog_->request(sip::Method::prack);
  prack.set(sip::RAck{rseq->value, number_of_invite(invite_), "INVITE"});
  for (const auto& [name, value] : extra.headers) prack.add(name, value);
  if (!extra.content_type.empty()) prack.set_body(extra.content_type, extra.body);
  endpoint_.send_in(*dialog_, flow_, beyond_proxies_, std::move(prack), nullptr);
}

}  // namespace endpoint
