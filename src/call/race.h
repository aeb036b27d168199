// call/race.h - the legs of one alternative of a dial string on their way at the same time.
//
// Knows when each leg starts, when it has run out of time, and who has won; dials and hangs up, but never waits:
// originate() does, until deadline() or until a leg changes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "call/dial_endpoint.h"
#include "call/leg.h"

namespace call {

class Race {
 public:
  struct Plan {
    DialTarget target;
    Variables variables;
    Cause fault = Cause::none;  ///< this leg cannot be dialled
  };
  struct Loss {
    std::string uuid;
    Cause cause;
  };
  enum class State : std::uint8_t { running, won, lost };

  /// `watcher` is notified when a leg changes.
  Race(Switch& owner, Leg* caller, Sleeper& watcher, std::vector<Plan> plans, std::string caller_id_name,
       std::string caller_id_number);
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
  /// The winner has early media only, so far.
  LegHold take_winner();
  /// The cause of the first leg in the string, and the status heard last.
  Cause cause() const { return entries_.empty() ? Cause::normal_temporary_failure : entries_.front().cause; }
  int status() const { return status_; }
  Cause last_cause() const { return last_cause_; }
  const std::vector<Loss>& losses() const { return losses_; }

 private:
  struct Entry {
    Plan plan;
    LegHold leg;
    base::Time start = base::never;
    base::Time give_up = base::never;           // leg_timeout
    base::Time progress_give_up = base::never;  // leg_progress_timeout
    bool over = false;
    Cause cause = Cause::none;
  };

  void dial(Entry& entry, base::Time now);
  void lose(Entry& entry, Cause cause, int status);
  void start_next_delayed(base::Time now);
  bool is_fatal(const Entry& entry, Cause cause) const;
  bool wins(const Entry& entry) const;
  std::string_view setting(const Entry& entry, std::string_view name) const;

  Switch& owner_;
  Leg* caller_;
  Sleeper& watcher_;
  std::string caller_id_name_, caller_id_number_;
  std::vector<Entry> entries_;
  Entry* winner_ = nullptr;
  bool ringing_ = false;
  bool fatal_ = false;
  int status_ = 0;
  Cause last_cause_ = Cause::none;
  std::vector<Loss> losses_;
};

}  // namespace call
