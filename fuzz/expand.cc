// fuzz/expand.cc - any text as application data and as dial string, with variables that refer to each other.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/random.h"
#include "call/arguments.h"
#include "call/dial_string.h"
#include "dialplan/expand.h"
#include "dialplan/hunt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  call::Variables variables{{"num", "12345"},           {"name", "num"},         {"arr", "ARRAY::a|:b"},
                            {"loop", "${loop}${loop}"}, {"one", "${two}${two}"}, {"two", "${one}x"}};
  variables.set("input", text.substr(0, 4096));
  call::Variables globals{{"global", "value"}};
  call::CallerProfile profile;
  base::Random random{1};
  dialplan::Session session{variables, profile};
  dialplan::Context context;
  context.globals = &globals;
  context.session = &session;
  context.random = &random;

  const auto expanded = dialplan::expand(text, context);
  if (expanded.size() > dialplan::expansion_size_max + text.size()) std::abort();
  (void)dialplan::parse_inline(text);
  (void)call::split_arguments(text, ',');
  (void)call::split_scope(text);
  if (const auto dial = call::parse_dial_string(text))
    for (const auto& group : dial->groups)
      for (const auto& alternative : group.alternatives)
        for (const auto& leg : alternative.legs) (void)call::leg_variables(*dial, group, leg);
  return 0;
}
