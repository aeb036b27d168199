// sip/transaction/invite_client.h - INVITE client transaction.
//
// RFC 3261 section 17.1.1, with the Accepted state of RFC 6026 section 7.2.
// Pure: no socket, no clock, no allocation. Feed it, poll() until empty, then sleep until deadline().
#pragma once
#include <optional>
#include <variant>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/transaction/timing.h"

namespace sip {

class InviteClient {
 public:
  enum class State : std::uint8_t { calling, proceeding, accepted, completed, terminated };

  struct SendRequest { bool operator==(const SendRequest&) const = default; };
  /// The ACK to a non-2xx answer, which belongs to this transaction.
  struct SendAck { bool operator==(const SendAck&) const = default; };
  struct Deliver { int status; bool operator==(const Deliver&) const = default; };
  struct Ended { End why; bool operator==(const Ended&) const = default; };
  using Output = std::variant<SendRequest, SendAck, Deliver, Ended>;

  InviteClient(const Timing& timing, Link link, base::Time now);

  void on_response(int status, base::Time now);
  void on_transport_error();
  /// Nobody waits for the answer any more: when none comes within 64*T1 there will be none (section 9.1).
  void abandon(base::Time now);
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  State state() const { return state_; }

 private:
  enum class Timer : std::uint8_t { a, b, d, m, count };

  void proceed(int status);
  void accept(int status, base::Time now);
  void complete(int status, base::Time now);
  void retransmit(base::Time now);
  void end(End why);
  void enter(State next);

  Timing timing_;
  Link link_;
  base::Duration interval_;  // of timer A; doubles each time it fires
  State state_ = State::calling;
  base::Time abandoned_until_ = base::never;
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
