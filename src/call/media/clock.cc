// call/media/clock.cc - one timer for everything a Media waits for. An idle relay only has the next report and the
// silence timeout to wait for.
#include "call/media/parts.h"

#include <algorithm>

namespace call {

base::Time Media::Parts::silence_deadline() const {
  if (!session_ || silence_reported_ || closed_) return base::never;
  const auto limit = audio_->held_by_peer ? options.rtp_hold_timeout : options.rtp_timeout;
  return limit > base::Duration{0} ? silent_since_ + limit : base::never;
}

base::Time Media::Parts::unheard_deadline() const {
  if (!audio_expected_ || unheard_reported_ || !session_ || closed_) return base::never;
  const bool both_ways = audio_ && sdp::sends(audio_->direction) && sdp::receives(audio_->direction) && !audio_->held_by_peer;
  return both_ways ? std::max(silent_since_, expected_since_) + unheard_after : base::never;
}

void Media::Parts::expect_audio() {
  audio_expected_ = true;
  expected_since_ = shard.now();
  schedule();
}

void Media::Parts::schedule() {
  if (closed_) return timer_.stop();
  base::Time next = std::min({next_listen_, silence_deadline(), unheard_deadline()});
  if (session_) next = std::min({next, session_->deadline(), next_talk_});
  if (echo) next = std::min(next, echo->deadline());
  if (events_in_) next = std::min(next, events_in_->deadline());
  if (timer_.at() != next) timer_.start(shard.timers(), next);
}

void Media::Parts::check_silence(base::Time now) {
  if (now >= unheard_deadline()) {
    unheard_reported_ = true;
    user_.on_unheard(transport ? transport->remote() : std::nullopt);
  }
  if (now < silence_deadline()) return;
  silence_reported_ = true;
  user_.on_media_timeout();
}

void Media::Parts::on_time() {
  const auto now = shard.now();
  if (session_) {
    session_->on_time(now);
    drain_session();
    on_talk_tick(now);
  }
  if (!closed_) on_listen_tick(now);
  if (events_in_) {
    events_in_->on_time(now);
    report_digits();
  }
  while (echo) {
    const auto datagram = echo->take(now);
    if (!datagram) break;
    send_echo(*datagram);
  }
  check_silence(now);
  schedule();
}

}  // namespace call
