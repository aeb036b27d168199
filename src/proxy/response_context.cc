#include "proxy/response_context.h"

#include <algorithm>
#include <array>

#include "base/require.h"

namespace proxy {

namespace {

constexpr int timed_out = 408, terminated = 487, out_of_service = 503;

/// Section 16.7 step 6: 6xx before all; then the lowest class, of the 4xx those that tell the sender what to change.
/// What is only the echo of a CANCEL of ours, or a server that is busy with itself, comes last.
int rank(int status) {
  constexpr std::array telling{401, 407, 415, 420, 484};
  if (status >= 600) return 0;
  if (status < 400) return 1;
  if (std::ranges::find(telling, status) != telling.end()) return 2;
  if (status == terminated) return 7;
  if (status == timed_out) return 4;
  if (status < 500) return 3;
  return status == out_of_service ? 6 : 5;
}

}  // namespace

ResponseContext::Branch ResponseContext::add(base::Time now) {
  base::require(branches_.size() < branches_max, "a request has too many branches");
  State state;
  if (invite_) state.deadline = now + timer_c;
  branches_.push_back(state);
  ++pending_;
  return branches_.size() - 1;
}

void ResponseContext::on_response(Branch at, int status, base::Time now) {
  auto& branch = branches_[at];
  if (branch.status != 0) {
    // Section 16.7 step 5: every 2xx goes on, repeated ones and those of other branches too.
    if (invite_ && status / 100 == 2) put(Forward{at});
    return;
  }
  if (status >= 200) return finish(at, status, now);
  branch.proceeding = true;
  if (branch.cancel_wanted) return cancel(at, branch.why, now);
  if (status == 100 || answered_) return;
  if (invite_) branch.deadline = now + timer_c;
  trying_at_ = base::never;
  put(Forward{at});
}

void ResponseContext::on_failure(Branch at, int status, base::Time now) {
  if (branches_[at].status == 0) finish(at, status, now);
}

void ResponseContext::finish(Branch at, int status, base::Time now) {
  auto& branch = branches_[at];
  // Nobody but us has cancelled it: to its sender it has timed out.
  if (status == terminated && branch.cancelled && branch.why == Why::no_answer) status = timed_out;
  branch.status = status;
  branch.deadline = base::never;
  --pending_;
  trying_at_ = base::never;
  if (status / 100 == 2) {
    put(Forward{at});
    if (!answered_) {
      answered_ = true;
      cancel_all(Why::answered_elsewhere, now);
    }
  } else {
    if (!best_ || rank(status) < rank(branches_[*best_].status)) best_ = at;
    if (status >= 600) cancel_all(Why::declined, now);
  }
  if (pending_ == 0) put(Ended{});
}

void ResponseContext::cancel_all(Why why, base::Time now) {
  if (!invite_) return;
  for (Branch at = 0; at < branches_.size(); ++at)
    if (branches_[at].status == 0) cancel(at, why, now);
}

void ResponseContext::cancel(Branch at, Why why, base::Time now) {
  auto& branch = branches_[at];
  if (branch.cancelled) return;
  if (!branch.cancel_wanted) branch.why = why;
  branch.cancel_wanted = true;
  if (!branch.proceeding) return;
  branch.cancelled = true;
  branch.deadline = now + cancel_patience;
  put(Cancel{at, branch.why});
}

void ResponseContext::on_time(base::Time now) {
  if (trying_at_ <= now) {
    trying_at_ = base::never;
    put(Trying{});
  }
  for (Branch at = 0; at < branches_.size(); ++at) {
    auto& branch = branches_[at];
    if (branch.deadline > now) continue;
    branch.deadline = base::never;
    // Silence from the first is the client transaction's affair (Timer B).
    if (branch.cancelled) on_failure(at, timed_out, now);
    else if (branch.proceeding) cancel(at, Why::no_answer, now);
  }
}

std::optional<ResponseContext::Output> ResponseContext::poll() {
  if (taken_ == outputs_.size()) {
    outputs_.clear();
    taken_ = 0;
    return std::nullopt;
  }
  return outputs_[taken_++];
}

base::Time ResponseContext::deadline() const {
  auto next = trying_at_;
  for (const auto& branch : branches_) next = std::min(next, branch.deadline);
  return next;
}

}  // namespace proxy
