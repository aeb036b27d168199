#include "call/bridge.h"

#include "call/switch.h"

namespace call {

namespace {

/// Ties two legs together for as long as it lives.
class Bond {
 public:
  Bond(Leg& a, Leg& b) : a_{a}, b_{b} {
    a_.set_peer(&b_);
    b_.set_peer(&a_);
    b_.set_watcher(&a_.sleeper());
    for (auto [one, other] : {std::pair{&a_, &b_}, {&b_, &a_}}) {
      one->variables().set("signal_bond", other->uuid());
      one->variables().set("bridge_uuid", other->uuid());
      one->variables().set("bridge_channel", other->caller().chan_name);
      one->variables().set("last_bridge_to", other->uuid());
      one->variables().set("bridge_to", other->uuid());
    }
    a_.variables().set("last_bridge_role", "originator");
    b_.variables().set("last_bridge_role", "originatee");
  }
  Bond(const Bond&) = delete;
  Bond& operator=(const Bond&) = delete;
  ~Bond() {
    if (told_) a_.owner().tell([&](Observer& observer) { observer.on_unbridge(a_, b_); });
    if (!holds()) return;
    a_.media().part();
    a_.end_hold_music();
    b_.end_hold_music();
    b_.set_watcher(nullptr);
    a_.set_peer(nullptr);
    b_.set_peer(nullptr);
    a_.variables().unset("bridge_to");
    b_.variables().unset("bridge_to");
  }

  bool holds() const { return a_.peer() == &b_; }

  /// Passes on how far b is. False: a could not follow.
  bool follow() {
    const bool bypass = b_.bypasses_media();
    if (b_.answered()) {
      if (bypass) a_.answer_with(b_.bypassed_sdp());
      else if (!a_.answer(&b_.media())) return false;
    } else if (b_.has_early_media()) {
      if (bypass) a_.pre_answer_with(b_.bypassed_sdp());
      else if (!a_.pre_answer(&b_.media())) return false;
    }
    if (!bypass && !a_.media().joined() && a_.media().negotiated() && b_.media().negotiated())
      a_.media().join(b_.media());
    if (!told_ && b_.answered()) {
      told_ = true;
      a_.owner().tell([&](Observer& observer) { observer.on_bridge(a_, b_); });
    }
    return a_.alive();
  }

 private:
  Leg& a_;
  Leg& b_;
  bool told_ = false;
};

}  // namespace

base::Task<BridgeResult> bridge(Leg& a, Leg& b) {
  const LegHold hold{b};
  Bond bond{a, b};
  BridgeResult result;
  for (;;) {
    result.answered |= b.answered();
    if (!bond.holds()) {
      result.end = BridgeEnd::separated;
      co_return result;
    }
    if (b.hung_up()) {
      result.end = BridgeEnd::b_hung_up;
      co_return result;
    }
    if (!bond.follow()) {
      result.end = a.hung_up() && a.hangup_by() == HangupBy::peer ? BridgeEnd::a_hung_up : BridgeEnd::failed;
      co_return result;
    }
    const Wake wake = co_await a.wait();
    if (!bond.holds()) continue;
    if (wake == Wake::hangup) {
      result.end = BridgeEnd::a_hung_up;
      co_return result;
    }
    if (wake == Wake::interrupted) {
      result.end = BridgeEnd::interrupted;
      co_return result;
    }
  }
}

void separate(Leg& leg) {
  auto* const other = leg.peer();
  if (!other) return;
  leg.media().part();
  for (auto [one, partner] : {std::pair{&leg, other}, {other, &leg}}) {
    one->end_hold_music();
    if (one->watcher() == &partner->sleeper()) one->set_watcher(nullptr);
    one->set_peer(nullptr);
    one->variables().unset("bridge_to");
  }
  leg.notify();
  other->notify();
}

namespace {

/// The other party is another one now: nobody is on hold any more, unless the new one holds.
void refresh_media(Leg& leg, const Leg& other) {
  const bool bypassed = leg.bypasses_media();
  leg.set_bypass_media(false);
  const auto direction = other.holding() ? other.media().remote_direction() : sdp::Direction::sendrecv;
  if (leg.media().set_direction(direction) || bypassed) leg.offer_again();
}

}  // namespace

void connect(Leg& a, Leg& b) {
  separate(a);
  separate(b);
  refresh_media(a, b);
  refresh_media(b, a);
  Leg::Target with;
  with.partner = b.uuid();
  Leg::Target waiting;
  waiting.waits = true;
  auto& router = a.owner().router();
  if (b.running()) router.transfer(b, waiting);
  router.transfer(a, with);
}

}  // namespace call
