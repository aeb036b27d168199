// call/attempt.h - one group of a dial string tried to its end: alternatives, retries, time limits, early media.
//
// Legs of an alternative race; the first that answers (or gives early media, unless ignored) wins, the others are hung
// up; when all have failed the next alternative is tried, and the whole again as often as originate_retries says.
#pragma once
#include <deque>
#include <string>

#include "base/task.h"
#include "call/dial_string.h"
#include "call/originate.h"
#include "call/race.h"

namespace call {

class Attempt {
 public:
  struct Setting {
    Switch& owner;
    const OriginateOptions& options;
    Sleeper& sleeper;     ///< what the attempt waits on: notified by legs, interrupted to end it
    bool tells_caller;    ///< passes ringing on to the caller
  };

  /// `string` and what `setting` refers to live as long.
  Attempt(const Setting& setting, const DialString& string, const DialGroup& group);

  base::Task<Originated> run();
  /// Another group of the same string has won: legs under way go with LOSE_RACE.
  void lose();

 private:
  /// What is to be tried, one after another; nested dial strings put their alternatives in front.
  struct Step {
    Variables inherited;
    std::vector<DialLeg> legs;
  };

  Leg* caller() const { return setting_.options.caller; }
  base::Time now() const;
  /// Of the dial string, else of the caller.
  std::string_view variable(std::string_view name) const;
  std::optional<long> number(std::string_view name) const;
  base::Duration time_limit() const;
  static std::deque<Step> steps_of(const DialString& string, const Variables& inherited, const Variables& exported);
  std::deque<Step> first_steps() const;
  base::Task<Originated> run_once();
  base::Task<bool> sleep_until(base::Time at);
  base::Task<std::vector<Race::Plan>> plan(Step step);
  base::Task<DialOutcome> nest(DialOutcome outer, const Variables& variables, std::vector<Race::Plan>& plans);
  base::Task<Originated> race(std::vector<Race::Plan> plans);
  void remember(const Race& race);
  Originated given_up(Race& race, Cause legs, Cause result);

  Setting setting_;
  const DialString& string_;
  const DialGroup& group_;
  base::Time limit_ = base::never;
  base::Time progress_limit_ = base::never;
  std::deque<Step> steps_;
  Race* race_ = nullptr;  // the present one
  std::size_t told_ = 0, born_ = 0;
  int nesting_ = 0;
  bool stopped_ = false;
};

}  // namespace call
