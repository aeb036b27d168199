// sip/subscription/notifier.h - one subscription at the side that notifies: RFC 6665 section 4.2.
//
// Says when a NOTIFY is due and what its Subscription-State is; the owner sends it in the dialog, with the present state of
// the resource as body, and tells what came back. One NOTIFY is under way at a time: changes meanwhile are gathered. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/outbox.h"
#include "base/time.h"

namespace sip {

struct SubscriptionLimits {
  std::chrono::seconds expires_default{3600}, expires_min{60}, expires_max{86'400};
  /// NOTIFYs of one subscription are this far apart; what an expiry, a refresh or its end has to say does not wait.
  base::Duration notify_gap = std::chrono::seconds{1};
};

enum class SubscriptionPhase : std::uint8_t { pending, active, terminated };

/// A NOTIFY to be sent now. Subscription-State is value().
struct DueNotify {
  SubscriptionPhase state = SubscriptionPhase::active;
  std::chrono::seconds expires{};    ///< What is left; not when terminated.
  std::string_view reason = {};      ///< Of the end: RFC 6665 section 4.1.3.
  std::optional<std::chrono::seconds> retry_after = {};
  std::string value() const;
  bool operator==(const DueNotify&) const = default;
};

class Notifier {
 public:
  using State = SubscriptionPhase;
  using Notify = DueNotify;

  /// Nothing more will come: forget it.
  struct Ended { bool operator==(const Ended&) const = default; };
  using Output = std::variant<Notify, Ended>;

  /// What to answer to a SUBSCRIBE.
  struct Answer {
    int status;                        ///< 200, or 423 with `expires` as Min-Expires.
    std::chrono::seconds expires{};    ///< Of the 200.
    bool operator==(const Answer&) const = default;
  };

  /// `state`: pending when somebody has to agree first.
  explicit Notifier(const SubscriptionLimits& limits, State state = State::active) : limits_{limits}, state_{state} {}

  /// The first one, or a refresh. `wanted` 0 ends it. A NOTIFY follows each that is accepted (section 4.2.1.2).
  Answer on_subscribe(std::optional<std::chrono::seconds> wanted, base::Time now);
  /// It lived before a restart and has that long to go. The watcher is told how things are.
  void resume(std::chrono::seconds left, base::Time now);
  /// The resource, or the right to see it, has changed.
  void on_change(base::Time now);
  void activate(base::Time now);
  /// Ends it: "deactivated", "probation", "rejected", "giveup", "noresource", "invariant".
  void end(std::string_view reason, std::optional<std::chrono::seconds> retry_after, base::Time now);
  /// The final answer to a NOTIFY; 0: none came. `retry_after` of a 5xx keeps the subscription (section 4.2.2).
  void on_answer(int status, std::optional<std::chrono::seconds> retry_after, base::Time now);
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  State state() const { return state_; }
  base::Time expires() const { return expires_; }

 private:
  enum class Timer : std::uint8_t { expiry, gap, count };

  void want(base::Time now, bool at_once);
  void send(base::Time now);
  void finish();

  SubscriptionLimits limits_;
  State state_;
  base::Time expires_ = base::never;
  base::Time last_sent_ = base::Time::min();
  std::string_view reason_;  // a literal
  std::optional<std::chrono::seconds> retry_after_;
  bool wanted_ = false, urgent_ = false, under_way_ = false, over_ = false;
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
