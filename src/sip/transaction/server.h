// sip/transaction/server.h - server transaction for every method but INVITE and ACK.
//
// RFC 3261 section 17.2.2.
#pragma once
#include <optional>
#include <variant>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/transaction/timing.h"

namespace sip {

class Server {
 public:
  enum class State : std::uint8_t { trying, proceeding, completed, terminated };

  struct SendResponse { bool operator==(const SendResponse&) const = default; };
  struct Ended { End why; bool operator==(const Ended&) const = default; };
  using Output = std::variant<SendResponse, Ended>;

  Server(const Timing& timing, Link link) : timing_{timing}, link_{link} {}

  /// A retransmitted request.
  void on_request(base::Time now);
  /// The user answers; ignored once a final answer was given.
  void respond(int status, base::Time now);
  void on_transport_error();
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  State state() const { return state_; }

 private:
  enum class Timer : std::uint8_t { j, count };

  void end(End why);

  Timing timing_;
  Link link_;
  State state_ = State::trying;
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

}  // namespace sip
