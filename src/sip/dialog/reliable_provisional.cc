#include "sip/dialog/reliable_provisional.h"

#include <algorithm>

namespace sip {

bool ReliableSender::add(std::string response, bool described, base::Time now) {
  if (waiting_.size() >= waiting_max) return false;
  waiting_.push_back({next_++, described, std::move(response)});
  if (waiting_.size() == 1) send_front(now);
  return true;
}

void ReliableSender::send_front(base::Time now) {
  interval_ = timing_.t1;
  timers_.arm(Timer::repeat, now + interval_);
  timers_.arm(Timer::give_up, now + timing_.t1x64);
  outbox_.put(Send{});
}

bool ReliableSender::on_prack(const RAck& rack, std::uint32_t invite_cseq, base::Time now) {
  if (waiting_.empty() || rack.rseq != waiting_.front().rseq || rack.cseq != invite_cseq || rack.method != "INVITE")
    return false;
  const bool stopped = timers_.next() == base::never;
  timers_.stop_all();
  waiting_.pop_front();
  if (!waiting_.empty() && !stopped) send_front(now);
  return true;
}

void ReliableSender::stop() {
  timers_.stop_all();
  if (waiting_.size() > 1) waiting_.erase(waiting_.begin() + 1, waiting_.end());
}

void ReliableSender::on_time(base::Time now) {
  while (const auto due = timers_.take_due(now)) {
    if (*due == Timer::give_up) {
      timers_.stop_all();
      waiting_.clear();
      outbox_.put(GiveUp{});
      return;
    }
    interval_ *= 2;  // without T2: section 3
    timers_.arm(Timer::repeat, now + interval_);
    outbox_.put(Send{});
  }
}

bool ReliableSender::holds_back_success() const {
  return std::ranges::any_of(waiting_, [](const auto& waiting) { return waiting.described; });
}

ReliableReceiver::Verdict ReliableReceiver::on_provisional(std::string_view remote_tag, std::uint32_t rseq) {
  const auto known = std::ranges::find(seen_, remote_tag, &Seen::remote_tag);
  if (known == seen_.end()) {
    if (seen_.size() >= dialogs_max) return Verdict::early;
    seen_.push_back({std::string{remote_tag}, rseq});
    return Verdict::fresh;
  }
  if (rseq <= known->rseq) return Verdict::repeated;
  if (rseq != known->rseq + 1) return Verdict::early;
  known->rseq = rseq;
  return Verdict::fresh;
}

}  // namespace sip
