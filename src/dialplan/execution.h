// dialplan/execution.h - running a dialplan for a leg: hunt, then one application after another, transfers included.
//
// Runtime is what all executions of a shard share: the configuration snapshot, global variables, and the ways to other
// floors. Execution is one leg's; it is attached to the leg and lives as long.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "call/leg.h"
#include "call/switch.h"
#include "dialplan/application.h"
#include "dialplan/configuration.h"
#include "dialplan/context.h"
#include "dialplan/hunt.h"

namespace location {
class Gateways;
class LocationService;
}

namespace dialplan {

/// Executions of execute_extension inside one another, and transfers in a row without an answer.
inline constexpr int execution_depth_max = 30;
inline constexpr long transfers_max = 70;  ///< max_forwards when nothing else is said

class Runtime : public call::Router {
 public:
  explicit Runtime(io::Shard& shard) : shard_{shard} {}

  /// For new hunts; what runs keeps the snapshot it began with.
  void set_configuration(Snapshot configuration);
  const Snapshot& configuration() const { return configuration_; }
  call::Variables& globals() { return globals_; }
  /// Tells the other shards of a changed global; set by main.
  void set_global_listener(std::function<void(std::string_view name, std::string_view value)> listener) {
    on_global_ = std::move(listener);
  }
  void set_global(std::string_view name, std::string_view value);
  void set_switch(call::Switch& owner) { switch_ = &owner; }
  call::Switch& owner() { return *switch_; }
  io::Shard& shard() { return shard_; }
  /// Where users are registered; null when nobody can register. Set by main, used by dial endpoints.
  void set_location(location::LocationService* location) { location_ = location; }
  location::LocationService* location() { return location_; }
  /// Null when there are none.
  void set_gateways(location::Gateways* gateways) { gateways_ = gateways; }
  location::Gateways* gateways() { return gateways_; }
  /// The runtime of a switch's shard.
  static Runtime& of(call::Switch& owner);

  /// Runs the dialplan of the leg's profile from now on.
  void route(call::Leg& leg) override;
  base::Task<void> execute(call::Leg& leg, std::string application, std::string data) override;
  bool serves(std::string_view application) const override;
  /// Runs a list of actions instead of a hunt (originate &app(), inline dialplans).
  void run_actions(call::Leg& leg, std::vector<Action> actions);
  /// Sends a leg to an extension: one with a running dialplan is interrupted, another gets one.
  void transfer(call::Leg& leg, const call::Leg::Target& target) override;
  /// A context outside any call, for the console's expansions and API commands.
  Context context();

 private:
  io::Shard& shard_;
  Snapshot configuration_;
  call::Variables globals_;
  Execution& execution_of(call::Leg& leg);

  call::Switch* switch_ = nullptr;
  location::LocationService* location_ = nullptr;
  location::Gateways* gateways_ = nullptr;
  std::function<void(std::string_view, std::string_view)> on_global_;
};

class Execution : public call::Attachment {
 public:
  Execution(Runtime& runtime, call::Leg& leg);

  call::Leg& leg() { return leg_; }
  Runtime& runtime() { return runtime_; }
  Session& session() { return session_; }
  /// For expansion and API functions, with the present time.
  Context& context();

  /// The leg's whole life; hangs it up at the end.
  base::Task<void> run();
  base::Task<void> run_list(std::vector<Action> actions);
  /// Hunts and runs another extension, then returns (execute_extension).
  base::Task<Outcome> run_extension(std::string extension, std::string dialplan, std::string context);
  /// One application: expansion, scope, bookkeeping, media.
  base::Task<Outcome> run_application(const Action& action);
  /// Runs it when the present application has returned.
  void run_next(Action action) { waiting_.push_back(std::move(action)); }

  /// The execution of a leg that has one, else null.
  static Execution* of(call::Leg& leg) { return dynamic_cast<Execution*>(leg.attachment()); }

 private:
  base::Task<void> live(std::vector<Action> first);
  base::Task<Outcome> run_all(const std::vector<Action>& actions);
  base::Task<Outcome> run_waiting();
  base::Result<Route, NoRoute> find_route();
  void run_inline(const Action& action);
  bool apply_transfer(const call::Leg::Target& target);
  base::Task<void> join(call::Leg::Target target);

  Runtime& runtime_;
  call::Leg& leg_;
  Snapshot configuration_;
  Session session_;
  Context context_;
  std::deque<Action> waiting_;
  int depth_ = 0;
};

}  // namespace dialplan
