// dialplan/api/regex.cc - `${regex(data|pattern|%1|flags)}`.
#include "call/arguments.h"
#include "dialplan/api_function.h"
#include "dialplan/pattern.h"

namespace dialplan {

namespace {

std::string run(std::string_view arguments, Context&) {
  char separator = '|';
  if (arguments.size() > 3 && arguments.starts_with("m:")) {
    separator = arguments[2];
    arguments.remove_prefix(3);
  }
  const auto parts = call::split_arguments(arguments, separator, 4);
  if (parts.size() < 2) return "-ERR";
  const auto* pattern = cached_pattern(parts[1]);
  const auto captures = pattern != nullptr ? pattern->match(parts[0]) : std::nullopt;
  if (parts.size() == 2) return captures ? "true" : "false";
  if (captures) {
    auto replacement = parts[2];
    for (char& c : replacement)
      if (c == '%') c = '$';
    return substitute(replacement, *captures);
  }
  if (parts.size() < 4) return parts[0];
  if (parts[3].find('n') != std::string::npos) return {};
  return parts[3].find('b') != std::string::npos ? "false" : parts[0];
}

const ApiFunction regex{
    {"regex", "<data>|<pattern>[|<replacement>[|n|b]]",
     "Matches; with a replacement (%1 is a group) gives that, or the data when nothing matches "
     "(n: nothing, b: false).",
     run}};

}  // namespace

}  // namespace dialplan
