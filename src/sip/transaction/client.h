// sip/transaction/client.h - client transaction for every method but INVITE.
//
// RFC 3261 section 17.1.2. Pure: feed it, poll() until empty, then sleep until deadline().
#pragma once
#include <optional>
#include <variant>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/transaction/timing.h"

namespace sip {

class Client {
 public:
  enum class State : std::uint8_t { trying, proceeding, completed, terminated };

  struct SendRequest { bool operator==(const SendRequest&) const = default; };
  struct Deliver { int status; bool operator==(const Deliver&) const = default; };
  struct Ended { End why; bool operator==(const Ended&) const = default; };
  using Output = std::variant<SendRequest, Deliver, Ended>;

  Client(const Timing& timing, Link link, base::Time now);

  void on_response(int status, base::Time now);
  void on_transport_error();
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  State state() const { return state_; }

 private:
  enum class Timer : std::uint8_t { e, f, k, count };

  void retransmit(base::Time now);
  void end(End why);

  Timing timing_;
  Link link_;
  base::Duration interval_;  // of timer E
  State state_ = State::trying;
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
