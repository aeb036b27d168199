// sip/dialog/reliable_provisional.h - provisional responses that must arrive: RFC 3262, both sides as machines.
//
// The callee's side sends one after another, each repeated until its PRACK comes; the caller's side tells fresh ones
// from repetitions. Neither knows messages: the owner keeps texts, adds RSeq and sends PRACK. Pure.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/outbox.h"
#include "base/time.h"
#include "sip/header/rack.h"
#include "sip/transaction/timing.h"

namespace sip {

/// The callee's side, section 3. One for each INVITE.
class ReliableSender {
 public:
  /// Responses that wait for a PRACK or for their turn; a further one is refused by add().
  static constexpr std::size_t waiting_max = 16;
  /// RSeq of the first response: 1 .. 2^31-1, chosen at random.
  static constexpr std::uint32_t first_max = 0x7fff'ffff;

  struct Send { bool operator==(const Send&) const = default; };      ///< current() goes out (again).
  struct GiveUp { bool operator==(const GiveUp&) const = default; };  ///< No PRACK for 64*T1: refuse the INVITE (5xx).
  using Output = std::variant<Send, GiveUp>;

  ReliableSender(const Timing& timing, std::uint32_t first_rseq) : timing_{timing}, next_{first_rseq} {}

  /// What the next response has to carry as RSeq.
  std::uint32_t next_rseq() const { return next_; }
  /// `response` with that RSeq; sent now, or when those before it are acknowledged. `described`: it has a session
  /// description. False: too many wait already.
  bool add(std::string response, bool described, base::Time now);
  /// True: it acknowledges the response that waits. False wants a 481.
  bool on_prack(const RAck& rack, std::uint32_t invite_cseq, base::Time now);
  /// A final response goes out: nothing is repeated any more (a PRACK may still come, and gets its 200).
  void stop();
  void on_time(base::Time now);

  std::optional<Output> poll() { return outbox_.take(); }
  base::Time deadline() const { return timers_.next(); }
  /// The response being repeated; good after Send.
  const std::string& current() const { return waiting_.front().response; }
  /// Section 3: no 2xx while a response with a session description has not been acknowledged.
  bool holds_back_success() const;

 private:
  enum class Timer : std::uint8_t { repeat, give_up, count };
  struct Waiting {
    std::uint32_t rseq;
    bool described;
    std::string response;
  };

  void send_front(base::Time now);

  Timing timing_;
  std::uint32_t next_;
  base::Duration interval_{};
  std::deque<Waiting> waiting_;  // the first is on its way
  base::Timers<Timer> timers_;
  base::Outbox<Output, 4> outbox_;
};

/// The caller's side, section 4: numbers count for each early dialog by itself.
class ReliableReceiver {
 public:
  /// Early dialogs of one INVITE; responses of further ones are ignored.
  static constexpr std::size_t dialogs_max = 32;
  enum class Verdict : std::uint8_t {
    fresh,     ///< Act on it and send a PRACK.
    repeated,  ///< The PRACK is on its way.
    early,     ///< One before it is missing: ignore it, it will come again.
  };

  Verdict on_provisional(std::string_view remote_tag, std::uint32_t rseq);

 private:
  struct Seen {
    std::string remote_tag;
    std::uint32_t rseq;
  };
  std::vector<Seen> seen_;
};

}  // namespace sip
