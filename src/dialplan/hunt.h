// dialplan/hunt.h - finding what to do with a call: contexts, extensions, conditions and the actions they
// queue.
//
// Two phases, as in FreeSWITCH: hunt() walks the whole context and only collects; running the list is the
// caller's job. Actions marked inline run during the hunt through `run_inline`.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dialplan/context.h"

namespace dialplan {

struct Action {
  std::string application;
  std::string data;  ///< captures substituted, not expanded
  bool operator==(const Action&) const = default;
};

/// What is known of an application's name.
enum class Standing : std::uint8_t { unknown, known, routing_safe };

struct HuntPort {
  /// Asked for inline actions.
  std::function<Standing(std::string_view application)> standing;
  /// Runs a routing-safe application at once; `data` is not expanded yet.
  std::function<void(const Action& action)> run_inline;
};

enum class NoRoute : std::uint8_t {
  no_dialplan,          ///< no such dialplan (only XML and inline exist)
  no_context,           ///< neither the context nor `global`
  no_match,             ///< nothing matched, or only extensions without actions did
  unknown_application,  ///< an inline action names nothing known: the call ends DESTINATION_OUT_OF_ORDER
};
std::string_view name(NoRoute reason);

/// Nesting of conditions, and actions one hunt collects.
inline constexpr unsigned condition_depth_max = 100;
inline constexpr std::size_t actions_max = 10'000;

struct Route {
  std::string extension;  ///< name of the first that matched
  std::vector<Action> actions;
};

/// Looks up context.session's profile: its `dialplan` (a comma list is tried in order), `context` and
/// destination.
base::Result<Route, NoRoute> hunt(Context& context, const HuntPort& port);

/// The dialplan `inline`: "app:data,app:data"; "m:^:app:data^app:data" separates by `^`.
std::vector<Action> parse_inline(std::string_view text);

}  // namespace dialplan
