// proxy/response_context.h - what becomes of the branches of one request, and what its sender is told of it.
//
// RFC 3261 sections 16.7 to 16.10. Pure: which responses go on, which branches are cancelled and why, Timer C, the best of
// the failures. Who keeps the messages and sends them is proxy/forwarding.
#pragma once
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/time.h"

namespace proxy {

/// Branches of one request, over all its forks.
inline constexpr std::size_t branches_max = 32;
/// Timer C (section 16.6 step 11): how long an INVITE that is being worked on may go without a word.
inline constexpr base::Duration timer_c = std::chrono::seconds{181};
/// A 100 of our own is sent when nothing better has come by then (section 17.2.1).
inline constexpr base::Duration trying_after = std::chrono::milliseconds{200};
/// A branch that was cancelled and says nothing is given up after 64*T1 (section 9.1).
inline constexpr base::Duration cancel_patience = std::chrono::seconds{32};

/// Why a branch is cancelled: becomes its Reason header (RFC 3326).
enum class Why : std::uint8_t {
  answered_elsewhere,  ///< another branch was answered with 2xx
  declined,            ///< another one with 6xx: nobody of that name wants it
  cancelled,           ///< its sender has
  no_answer,           ///< it took too long
};

class ResponseContext {
 public:
  using Branch = std::size_t;

  /// The response that was just given goes to the sender.
  struct Forward { Branch branch; bool operator==(const Forward&) const = default; };
  /// After a provisional response to it has come (section 9.1).
  struct Cancel { Branch branch; Why why; bool operator==(const Cancel&) const = default; };
  /// 100 is due.
  struct Trying { bool operator==(const Trying&) const = default; };
  /// No branch is under way any more: best() is the best that can be said, unless there was a 2xx.
  struct Ended { bool operator==(const Ended&) const = default; };
  using Output = std::variant<Forward, Cancel, Trying, Ended>;

  ResponseContext(bool invite, base::Time now) : invite_{invite}, trying_at_{invite ? now + trying_after : base::never} {}

  /// A request is on its way. No more than branches_max.
  Branch add(base::Time now);
  void on_response(Branch branch, int status, base::Time now);
  /// There will be none: counts as `status`, 408 or 503 (sections 16.8, 16.9).
  void on_failure(Branch branch, int status, base::Time now);
  /// The sender has been told something.
  void on_told() { trying_at_ = base::never; }
  /// Ends what is under way: its sender has cancelled it, or nobody answers in time.
  void cancel_all(Why why, base::Time now);
  void on_time(base::Time now);

  std::optional<Output> poll();
  base::Time deadline() const;

  std::size_t branches() const { return branches_.size(); }
  bool under_way() const { return pending_ != 0; }
  /// A 2xx has come.
  bool answered() const { return answered_; }
  /// The branch with the best failure (section 16.7 step 6); nullopt when none has failed.
  std::optional<Branch> best() const { return best_; }
  /// 0 while it has no final one.
  int status(Branch branch) const { return branches_[branch].status; }

 private:
  struct State {
    int status = 0;  // the final one
    bool proceeding = false, cancel_wanted = false, cancelled = false;
    Why why{};
    base::Time deadline = base::never;
  };
  void cancel(Branch branch, Why why, base::Time now);
  void finish(Branch branch, int status, base::Time now);
  void put(Output output) { outputs_.push_back(output); }

  bool invite_;
  bool answered_ = false;
  std::size_t pending_ = 0, taken_ = 0;
  base::Time trying_at_;
  std::optional<Branch> best_;
  std::vector<State> branches_;
  std::vector<Output> outputs_;
};

}  // namespace proxy
