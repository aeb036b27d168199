#include "call/originate.h"

#include <algorithm>

#include "call/attempt.h"
#include "call/switch.h"

namespace call {

namespace {

std::string_view dial_status(Cause cause) {
  switch (cause) {
    case Cause::originator_cancel: return "CANCEL";
    case Cause::user_busy: return "BUSY";
    case Cause::no_answer: return "NOANSWER";
    case Cause::call_rejected: return "DONTCALL";
    case Cause::invalid_profile: return "INVALIDARGS";
    default: return name(cause);
  }
}

void set_results(Variables& variables, const Originated& result) {
  if (result.leg) {
    variables.set("originate_disposition", "SUCCESS");
    variables.set("DIALSTATUS", "SUCCESS");
    return;
  }
  variables.set("originate_disposition", name(result.cause));
  variables.set("originate_failed_cause", name(result.cause));
  variables.set("DIALSTATUS", dial_status(result.cause));
}

/// Groups of an enterprise string, all at the same time; each waits on a sleeper of its own.
class Enterprise {
 public:
  Enterprise(Switch& owner, const OriginateOptions& options, const DialString& string, Sleeper& sleeper)
      : owner_{owner}, options_{options}, string_{string}, sleeper_{sleeper} {}

  base::Task<Originated> run() {
    for (const auto& group : string_.groups) {
      auto& part = *parts_.emplace_back(std::make_unique<Part>(owner_, options_, string_, group));
      part.life = live(part);
      part.life.start();
    }
    for (;;) {
      const auto winner = std::ranges::find_if(parts_, [](const auto& part) { return static_cast<bool>(part->result.leg); });
      if (winner != parts_.end()) co_return win(**winner);
      if (std::ranges::all_of(parts_, [](const auto& part) { return part->over; })) co_return lose();
      const Wake wake = co_await sleeper_.until(base::never);
      if (wake == Wake::hangup || wake == Wake::interrupted) {
        for (auto& part : parts_) part->sleeper.interrupt();
        cancelled_ = true;
      }
    }
  }

 private:
  struct Part {
    Part(Switch& owner, const OriginateOptions& options, const DialString& string, const DialGroup& group)
        : sleeper{owner.shard()}, attempt{{owner, options, sleeper, false}, string, group} {}
    Sleeper sleeper;
    Attempt attempt;
    Originated result;
    bool over = false;
    base::Task<void> life;
  };

  base::Task<void> live(Part& part) {
    part.result = co_await part.attempt.run();
    part.over = true;
    sleeper_.notify();
  }

  /// The other groups' legs go with their attempts.
  Originated win(Part& winner) {
    Originated result = std::move(winner.result);
    for (auto& part : parts_)
      if (part.get() != &winner) part->attempt.lose();
    parts_.clear();
    return result;
  }
  Originated lose() {
    Originated result = std::move(parts_.back()->result);
    if (cancelled_) result.cause = Cause::originator_cancel;
    return result;
  }

  Switch& owner_;
  const OriginateOptions& options_;
  const DialString& string_;
  Sleeper& sleeper_;
  std::vector<std::unique_ptr<Part>> parts_;
  bool cancelled_ = false;
};

}  // namespace

base::Task<Originated> originate(Switch& owner, std::string dial_string, OriginateOptions options) {
  Leg* const caller = options.caller;
  auto parsed = parse_dial_string(dial_string);
  if (!parsed) {
    Originated nothing;
    nothing.cause = parsed.error();
    if (caller) set_results(caller->variables(), nothing);
    co_return nothing;
  }
  Sleeper own_sleeper{owner.shard()};
  Sleeper& sleeper = caller ? caller->sleeper() : own_sleeper;
  Originated result;
  if (parsed->enterprise()) {
    Enterprise enterprise{owner, options, *parsed, sleeper};
    result = co_await enterprise.run();
    if (caller) caller->variables().set("originate_disposition", result.leg ? "success" : "failure");
  } else {
    Attempt::Setting setting{owner, options, sleeper, true};
    Attempt attempt{setting, *parsed, parsed->groups.front()};
    result = co_await attempt.run();
    if (caller) set_results(caller->variables(), result);
  }
  co_return result;
}

}  // namespace call
