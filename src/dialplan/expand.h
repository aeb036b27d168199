// dialplan/expand.h - `${...}` in application data, fields, expressions and dial strings.
//
// Looks a name up in scope and channel variables, then the caller profile (`aleg_`, `bleg_`: of the other
// leg), then global variables; `${name:offset:length}`, `${array[2]}`, `${fn(arguments)}`, `${fn arguments}`,
// nesting, `\$`.
#pragma once
#include <string>
#include <string_view>

#include "dialplan/context.h"

namespace dialplan {

/// Nested expansions, and the size of a result: what is deeper stays as it is, what is longer is cut.
inline constexpr unsigned expansion_depth_max = 100;
inline constexpr std::size_t expansion_size_max = 256 * 1024;
/// Expansions made for one text, over all nesting and functions: bounds what `${a}` = `${b}${b}`, `b` =
/// `${c}${c}` ... can cost.
inline constexpr unsigned expansion_steps_max = 2000;

/// Text without `$` and backslash is returned as it is. API functions run synchronously.
std::string expand(std::string_view text, Context& context);
/// The value of one name by the lookup order above, not expanded again; empty when nothing has it.
std::string lookup(std::string_view name, const Context& context);
bool has_expansion(std::string_view text);

}  // namespace dialplan
