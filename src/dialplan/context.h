// dialplan/context.h - what expansion, conditions and API functions may see: the world, and a call when there
// is one.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "call/caller_profile.h"
#include "call/variables.h"

namespace call {
class Leg;
}

namespace dialplan {

struct Configuration;

/// What else a name may stand for: a request that is no call yet.
class Fields {
 public:
  virtual ~Fields() = default;
  /// Inert text; nullopt: no such field.
  virtual std::optional<std::string> find(std::string_view name) const = 0;
};

/// The call an expansion runs for. Borrowed: nothing here outlives the expression.
struct Session {
  call::Variables& variables;
  call::CallerProfile& profile;
  const call::CallerProfile* originator = nullptr;  ///< what `aleg_` names
  const call::CallerProfile* originatee = nullptr;  ///< what `bleg_` names
  call::Leg* leg = nullptr;                         ///< for functions that act on the call itself
  const Fields* fields = nullptr;                   ///< looked at before the profile
};

struct Context {
  const Configuration* configuration = nullptr;  ///< directory, settings; may be null
  call::Variables* globals = nullptr;            ///< `${global}`, `global_setvar`; may be null
  Session* session = nullptr;                    ///< null outside a call
  call::WallTime now{};                          ///< wall clock, for strftime, time conditions and the like
  base::Random* random = nullptr;  ///< create_uuid, rand(); may be null: they then answer nothing
  bool api_expansion = true;       ///< false: `${fn()}` gives <API Execute Permission Denied>
  /// Another call by uuid; empty function or null result: no such channel.
  std::function<Session*(std::string_view uuid)> find_session;
  unsigned depth = 0, steps = 0;  ///< of the expansion that is running, kept by expand()
};

}  // namespace dialplan
