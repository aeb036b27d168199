// sip/dialog/session_timer.h - session timers: when a call has to be refreshed, and when it is given up. RFC 4028.
//
// Two halves: what Session-Expires and Min-SE of a message mean, as functions; and the clock of one session as a
// machine. Refreshing (UPDATE or re-INVITE) and ending (BYE) are the owner's business. Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/header/session_expires.h"
#include "sip/message.h"

namespace sip {

/// What this side wants.
struct SessionTimerPolicy {
  bool enabled = false;
  std::chrono::seconds interval{1800};  ///< Session-Expires we ask for.
  std::chrono::seconds minimum{120};    ///< Min-SE: shorter intervals are refused with 422.
  bool operator==(const SessionTimerPolicy&) const = default;
};

/// RFC 4028 section 5: nothing below this is ever accepted as Min-SE.
inline constexpr std::chrono::seconds session_expires_least{90};

/// What was agreed on.
struct SessionTerms {
  std::chrono::seconds interval{};
  SessionExpires::Refresher refresher = SessionExpires::Refresher::uac;
  bool operator==(const SessionTerms&) const = default;
};

/// Section 9: the interval of this INVITE or UPDATE is below our minimum, and its sender will understand a 422.
bool session_interval_too_small(const Message& request, const SessionTimerPolicy& policy);
/// Section 9: what a 2xx to `request` promises; nullopt: no session timer.
std::optional<SessionTerms> accept_session_interval(const Message& request, const SessionTimerPolicy& policy);
/// Puts the terms into a 2xx: Session-Expires, and Require: timer where the caller is to refresh.
void put_session_terms(Message& success, const SessionTerms& terms);
/// Section 7.2: what a 2xx to a request of ours says.
std::optional<SessionTerms> session_terms_of(const Message& success);
/// Section 7.1: asks for a timer.
void ask_for_session_timer(Message& request, const SessionTimerPolicy& policy);
/// Section 7.3: raises what we ask for to what a 422 demands. False: it demands no more than it got.
bool heed_min_se(const Message& refusal, SessionTimerPolicy& policy);

class SessionTimer {
 public:
  enum class Output : std::uint8_t {
    refresh,  ///< Half of the interval is over: send a refresh.
    expire,   ///< The session ends: send BYE.
  };
  /// A session is ended this much before its end, or a third of the interval when that is less (section 10).
  static constexpr std::chrono::seconds margin{32};
  /// A refresh that was refused is tried again after the half of what is left, but not sooner than this.
  static constexpr std::chrono::seconds retry_least{5};

  /// With every 2xx that carries terms.
  void begin(std::chrono::seconds interval, bool we_refresh, base::Time now);
  /// A 2xx without Session-Expires turns the timer off (section 7.2).
  void stop() { timers_.stop_all(); }
  /// Our refresh was refused with something that leaves the session alive (491, 500 ...).
  void on_refresh_refused(base::Time now);
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  std::chrono::seconds interval() const { return interval_; }
  bool we_refresh() const { return we_refresh_; }

 private:
  enum class Timer : std::uint8_t { refresh, expire, count };

  std::chrono::seconds interval_{};
  bool we_refresh_ = false;
  base::Time expires_ = base::never;
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
