// fuzz/xml_config.cc - any text as configuration: loads or says why not, and never more.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dialplan/check.h"
#include "dialplan/configuration.h"
#include "dialplan/hunt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  // Includes would read the machine's files: an input with one says nothing about the parser.
  if (text.find("include") != std::string_view::npos) return 0;
  const auto findings = dialplan::check_text(text, "fuzz.xml", "/nonexistent", {});
  for (const auto& finding : findings) (void)finding.text();
  const auto loaded = dialplan::load_text(text, "fuzz.xml", "/nonexistent");
  if (!loaded) return 0;
  call::Variables variables, globals;
  for (const auto& context : (*loaded)->plan.contexts()) {
    call::CallerProfile profile;
    profile.context = context->name;
    profile.destination_number = "1000";
    dialplan::Session session{variables, profile};
    dialplan::Context world;
    world.configuration = loaded->get();
    world.globals = &globals;
    world.session = &session;

    (void)dialplan::hunt(world, {});
  }
  return 0;
}
