// sip/transaction/invite_server.h - INVITE server transaction.
//
// RFC 3261 section 17.2.1, with the Accepted state of RFC 6026 section 7.1. Repeating a 2xx until its ACK comes
// is the user's job (sip/dialog/answer.h): the ACK to a 2xx is a transaction of its own.
#pragma once
#include <optional>
#include <variant>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/transaction/timing.h"

namespace sip {

class InviteServer {
 public:
  enum class State : std::uint8_t { proceeding, accepted, completed, confirmed, terminated };

  /// Send (again) the response given last.
  struct SendResponse { bool operator==(const SendResponse&) const = default; };
  /// `timeout`: a failure answer was never acknowledged.
  struct Ended { End why; bool operator==(const Ended&) const = default; };
  using Output = std::variant<SendResponse, Ended>;

  InviteServer(const Timing& timing, Link link) : timing_{timing}, link_{link}, interval_{timing.t1} {}

  /// A retransmitted INVITE.
  void on_request(base::Time now);
  /// An ACK that matches this transaction.
  void on_ack(base::Time now);
  /// The user answers. Ignored once a final answer was given, but for repeated 2xx.
  void respond(int status, base::Time now);
  void on_transport_error();
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  State state() const { return state_; }

 private:
  enum class Timer : std::uint8_t { g, h, i, l, count };

  void end(End why);
  void enter(State next);

  Timing timing_;
  Link link_;
  base::Duration interval_;  // of timer G
  State state_ = State::proceeding;
  bool answered_ = false;  // there is a response to repeat
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
