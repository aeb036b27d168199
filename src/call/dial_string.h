// call/dial_string.h - the dial string of bridge and originate as a value.
//
//   enterprise := ultra* group ( ':_:' group )+        ultra  := '<' vars '>'
//   group      := global* alternative ( '|' alternative )*   global := '{' vars '}'
//   alternative:= leg ( ',' leg )*                     leg := ( '[' vars ']' )* endpoint '/' rest
//
// Groups run side by side, alternatives one after another, legs of an alternative race. The parser keeps what
// the reference does with odd input: a part that cannot work becomes a leg with `fault` set, so that the
// engine treats it like any other leg that failed at once.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "call/cause.h"
#include "call/variables.h"

namespace call {

inline constexpr std::size_t dial_string_size_max = 64 * 1024;
inline constexpr std::size_t dial_legs_max = 512;

struct DialLeg {
  Variables variables;        ///< of `[...]`
  std::string endpoint;       ///< "sofia", "user", "group", "error", "loopback", "pickup"; as written
  std::string rest;           ///< after the first slash
  Cause fault = Cause::none;  ///< not none: no leg is created, this is its cause
};

struct DialAlternative {
  std::vector<DialLeg> legs;  ///< never empty
};

struct DialGroup {
  Variables variables;                        ///< of `{...}`
  std::vector<DialAlternative> alternatives;  ///< never empty
};

struct DialString {
  Variables variables;            ///< of `<...>`: for every group
  std::vector<DialGroup> groups;  ///< never empty; more than one: enterprise originate
  bool enterprise() const { return groups.size() > 1; }
};

/// The error is the cause (originate_disposition) the reference gives the whole attempt. Cost: linear.
base::Result<DialString, Cause> parse_dial_string(std::string_view text);

/// The variables a leg starts with: `<>` lowest, then `[]`, what the calling leg exports, and `{}`, which
/// wins unless it says local_var_clobber=true. Caller id, ani and privacy of `[]` always win.
Variables leg_variables(const DialString& string, const DialGroup& group, const DialLeg& leg,
                        const Variables& exported = {});

/// `name=value,name=value`, with `^^:` for another separator, 'quotes' (when `quotes`) and `\,`.
Variables parse_dial_variables(std::string_view text, bool quotes);

}  // namespace call
