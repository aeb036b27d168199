// dialplan/api/host.cc - file_exists, module_exists.
#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "dialplan/api_function.h"

namespace dialplan {

namespace {

/// Modules of the reference whose job is built in here.
constexpr std::string_view modules[] = {"mod_commands",     "mod_console", "mod_dialplan_xml", "mod_dptools",
                                        "mod_event_socket", "mod_expr",    "mod_logfile",      "mod_loopback",
                                        "mod_sndfile",      "mod_sofia",   "mod_tone_stream"};

const ApiFunction file_exists{{"file_exists", "<path>", "Whether there is such a file.",
                               [](std::string_view path, Context&) -> std::string {
                                 std::error_code ignored;
                                 return std::filesystem::exists(base::trim(path), ignored) ? "true" : "false";
                               }}};
const ApiFunction module_exists{
    {"module_exists", "<module>", "Whether a module of the reference is built in.",
     [](std::string_view name, Context&) -> std::string {
       const bool found =
           std::find(std::begin(modules), std::end(modules), base::trim(name)) != std::end(modules);
       return found ? "true" : "false";
     }}};

}  // namespace

}  // namespace dialplan
