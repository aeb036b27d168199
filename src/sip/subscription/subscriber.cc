#include "sip/subscription/subscriber.h"

#include <algorithm>

namespace sip {

Subscriber::Subscriber(const Timing& timing, std::chrono::seconds wanted, base::Time) : timing_{timing}, wanted_{wanted} {
  subscribe({});
}

Subscriber::Dialog* Subscriber::find(std::string_view remote_tag) {
  const auto found = std::ranges::find(dialogs_, remote_tag, &Dialog::remote_tag);
  return found == dialogs_.end() ? nullptr : &*found;
}

void Subscriber::subscribe(std::string remote_tag) {
  outputs_.push_back(Subscribe{std::move(remote_tag), ending_ ? std::chrono::seconds{0} : wanted_});
}

/// Half a minute before the end, or at half time when that is later.
base::Time Subscriber::refresh_at(std::chrono::seconds expires, base::Time now) {
  constexpr base::Duration margin = std::chrono::seconds{30};
  const base::Duration whole{expires};
  return now + std::max(whole - margin, whole / 2);
}

void Subscriber::lives(Dialog& dialog, std::chrono::seconds expires, base::Time now) {
  dialog.refresh = refresh_at(expires, now);
  dialog.expires = now + expires;
}

void Subscriber::drop(std::string_view remote_tag) {
  std::erase_if(dialogs_, [&](const auto& dialog) { return dialog.remote_tag == remote_tag; });
}

void Subscriber::start_again(base::Time at) {
  if (ending_) return end(0, {});
  if (dialogs_.empty()) again_ = std::min(again_, at);
}

void Subscriber::end(int status, std::string reason) {
  if (over_ || !dialogs_.empty()) return;
  over_ = true;
  again_ = notify_due_ = base::never;
  outputs_.push_back(Ended{status, std::move(reason)});
}

void Subscriber::on_response(std::string_view remote_tag, const Response& response, base::Time now) {
  if (over_) return;
  auto* dialog = find(remote_tag);
  if (response.status / 100 == 2) {
    // The first 2xx makes nothing yet: the NOTIFY does (section 4.1.2.4).
    if (!dialog && dialogs_.empty()) notify_due_ = now + timing_.t1x64;
    if (dialog && !ending_) lives(*dialog, response.expires.value_or(wanted_), now);
    return;
  }
  if (response.status == 423 && response.min_expires && *response.min_expires > wanted_ && !std::exchange(raised_, true)) {
    wanted_ = *response.min_expires;
    return subscribe(std::string{remote_tag});
  }
  // A refresh that was not refused for good leaves the subscription as it is until it expires (section 4.1.2.2).
  if (dialog && !ending_ && (response.retry_after || response.status == 0 || response.status >= 500)) {
    dialog->refresh = now + response.retry_after.value_or(retry_default);
    return;
  }
  drop(remote_tag);
  if (dialog && response.status == 481) return start_again(now);
  if (response.retry_after) return start_again(now + *response.retry_after);
  end(response.status, {});
}

int Subscriber::on_notify(std::string_view remote_tag, std::uint32_t cseq, const SubscriptionState& state, base::Time now) {
  auto* dialog = find(remote_tag);
  if (dialog && cseq <= dialog->cseq) return 500;
  if (!dialog) {
    if (over_ || dialogs_.size() >= dialogs_max) return 481;
    dialog = &dialogs_.emplace_back();
    dialog->remote_tag = remote_tag;
    lives(*dialog, wanted_, now);
  }
  dialog->cseq = cseq;
  notify_due_ = again_ = base::never;
  if (!state.is_terminated()) {
    if (const auto left = state.expires(); left && !ending_) lives(*dialog, std::chrono::seconds{*left}, now);
    return 200;
  }
  drop(remote_tag);
  const std::string reason{state.reason()};
  const auto after = state.retry_after();
  const bool for_good = reason == "rejected" || reason == "noresource" || reason == "invariant";
  if (for_good || ending_) end(0, reason);
  else if (reason == "deactivated" || reason == "timeout") start_again(now);
  else start_again(now + (after ? std::chrono::seconds{*after} : retry_default));
  return 200;
}

void Subscriber::unsubscribe(base::Time now) {
  if (over_ || std::exchange(ending_, true)) return;
  again_ = base::never;
  for (auto& dialog : dialogs_) {
    dialog.refresh = base::never;
    dialog.expires = now + timing_.t1x64;  // for the last NOTIFY
    subscribe(dialog.remote_tag);
  }
  if (notify_due_ == base::never) end(0, {});
}

void Subscriber::on_time(base::Time now) {
  for (auto& dialog : dialogs_)
    if (dialog.refresh <= now) {
      dialog.refresh = base::never;
      subscribe(dialog.remote_tag);
    }
  if (std::erase_if(dialogs_, [&](const auto& dialog) { return dialog.expires <= now; }) > 0) start_again(now);
  if (notify_due_ <= now) {
    notify_due_ = base::never;
    end(0, "no NOTIFY");
  }
  if (again_ <= now && !over_) {
    again_ = base::never;
    raised_ = false;
    subscribe({});
  }
}

std::optional<Subscriber::Output> Subscriber::poll() {
  if (outputs_.empty()) return std::nullopt;
  Output first = std::move(outputs_.front());
  outputs_.erase(outputs_.begin());
  return first;
}

base::Time Subscriber::deadline() const {
  base::Time earliest = std::min(notify_due_, again_);
  for (const auto& dialog : dialogs_) earliest = std::min({earliest, dialog.refresh, dialog.expires});
  return earliest;
}

}  // namespace sip
