// call/race.h - the legs of one alternative of a dial string on their way at the same time.
//
// Knows when each leg starts, when it has run out of time, and who has won; dials and hangs up, but never waits:
// originate() does, until deadline() or until a leg changes.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call/confirmation.h"
#include "call/dial_endpoint.h"
#include "call/leg.h"

namespace call {

class Race {
 public:
  struct Plan {
    DialTarget target;
    Variables variables;
    Cause fault = Cause::none;  ///< this leg cannot be dialled
    int status = 0;             ///< ... in the words of SIP
  };
  struct Loss {
    std::string uuid;
    Cause cause;
  };
  enum class State : std::uint8_t { running, won, lost };

  /// `watcher` is notified when a leg changes. With `tells_caller` the caller learns how legs ended.
  Race(Switch& owner, Leg* caller, bool tells_caller, Sleeper& watcher, std::vector<Plan> plans,
       std::string caller_id_name, std::string caller_id_number);
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;
  /// Legs that have not won are gone.
  ~Race() { stop(Cause::originator_cancel); }

  /// Looks at every leg and the clock.
  State advance(base::Time now);
  base::Time deadline() const;
  /// Hangs up everybody who is still on the way.
  void stop(Cause cause);

  bool ringing() const { return ringing_; }
  /// A leg has rung or given early media.
  bool progressed() const { return progressed_; }
  /// The winner has early media only, so far.
  LegHold take_winner();
  /// Why it was lost: what ended it at once, else the cause of the first leg in the string; and the status heard last.
  Cause cause() const { return fatal_ != Cause::none ? fatal_ : entries_.front().cause; }
  int status() const { return status_; }
  const std::vector<Loss>& losses() const { return losses_; }
  /// `uuid;callee name;callee number` of every leg made, in order (originated_legs).
  const std::vector<std::string>& born() const { return born_; }

 private:
  struct Entry {
    Plan plan;
    LegHold leg;
    base::Time start = base::never;
    base::Time give_up = base::never;           // leg_timeout
    base::Time progress_give_up = base::never;  // leg_progress_timeout
    bool over = false;
    Cause cause = Cause::none;
    std::unique_ptr<Confirmation> confirmation;  // group_confirm_key: the answer counts when this says so
  };

  void dial(Entry& entry, base::Time now);
  void lose(Entry& entry, Cause cause, int status);
  void start_next_delayed(base::Time now);
  /// What everybody gets when this loss ends the whole race; none when it does not.
  Cause fatal_cause(const Entry& entry, Cause cause) const;
  void look_at(Entry& entry, base::Time now);
  bool wins(Entry& entry);
  std::string_view setting(const Entry& entry, std::string_view name) const;

  Switch& owner_;
  Leg* caller_;
  Leg* told_;  // the caller, or nobody
  Sleeper& watcher_;
  std::string caller_id_name_, caller_id_number_;
  std::vector<Entry> entries_;
  Entry* winner_ = nullptr;
  bool ringing_ = false;
  bool progressed_ = false;
  Cause fatal_ = Cause::none;
  int status_ = 0;
  std::vector<Loss> losses_;
  std::vector<std::string> born_;
};

}  // namespace call
