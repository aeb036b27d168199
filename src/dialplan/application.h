// dialplan/application.h - what a dialplan application is.
//
//   base::Task<Outcome> run(Execution& execution, std::string arguments);
//   const Application sleep{{"sleep", "<ms>", "Waits and drops media.", Media::required, Routing::unsafe, run}};
//
// One at namespace scope registers itself. The list is intrusive and its head constant-initialised: no allocation, no
// order-of-initialisation trap.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/task.h"

namespace dialplan {

struct Context;
class Execution;
class RequestExecution;

/// What became of it: go on with the next action, or the list ends because the leg is gone.
enum class Outcome : std::uint8_t { next, hung_up, bad_arguments, failed };
/// `required`: an unanswered leg gets a 183 first. `not_needed`: runs on a leg without media too.
enum class Media : std::uint8_t { required, not_needed };
/// `safe`: may run inside the hunt (inline="true").
enum class Routing : std::uint8_t { unsafe, safe };

class Application {
 public:
  /// `arguments` are expanded and their `%[...]` scope is entered already. A coroutine: it takes a copy.
  using Run = base::Task<Outcome> (*)(Execution& execution, std::string arguments);
  /// On a request that is passed on or answered without becoming a call (docs/room/proxy.md).
  using OnRequest = base::Task<Outcome> (*)(RequestExecution& execution, std::string arguments);
  /// Looks at variables and changes them, and needs no more than that.
  using Change = void (*)(Context& context, std::string_view arguments);
  struct Spec {
    std::string_view name, usage, help;
    Media media = Media::required;
    Routing routing = Routing::unsafe;
    Run run = nullptr;               ///< on a leg
    OnRequest on_request = nullptr;  ///< on a request
    Change change = nullptr;         ///< on both
    bool zombie = false;  ///< may still run after the hang-up (set_zombie_exec)
  };

  explicit Application(const Spec& spec) : spec_{spec}, next_{first_} { first_ = this; }
  Application(const Application&) = delete;
  Application& operator=(const Application&) = delete;

  const Spec& spec() const { return spec_; }
  bool safe_in_routing() const { return spec_.routing == Routing::safe; }
  bool for_legs() const { return spec_.run || spec_.change; }
  bool for_requests() const { return spec_.on_request || spec_.change; }
  /// Names are compared without regard to case. Linear: look up once per action, not per packet.
  static const Application* find(std::string_view name);
  static const Application* first() { return first_; }
  const Application* next() const { return next_; }

 private:
  Spec spec_;
  const Application* next_;
  static inline constinit const Application* first_ = nullptr;
};

}  // namespace dialplan
