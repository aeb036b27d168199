// app/variables.cc - the applications that change variables and nothing else: a row each.
#include "dialplan/application.h"
#include "dialplan/variable_actions.h"

namespace app {
namespace {

using namespace dialplan;

constexpr Application::Spec row(std::string_view name, std::string_view usage, std::string_view help,
                                Application::Change change, Routing routing = Routing::safe) {
  return {.name = name, .usage = usage, .help = help, .media = Media::not_needed, .routing = routing, .change = change};
}

const Application rows[]{
    Application{row("set", "<name>=<value>", "Sets a channel variable; an empty value unsets it.", set)},
    Application{row("unset", "<name>", "Unsets a channel variable.", unset)},
    Application{row("multiset", "[^^<delimiter>]<name>=<value> <name>=<value> ...", "Sets several channel variables.", multiset)},
    Application{row("multiunset", "[^^<delimiter>]<name> <name> ...", "Unsets several channel variables.", multiunset)},
    Application{row("push", "<name>=<value>", "Appends to an array variable.", push)},
    Application{row("unshift", "<name>=<value>", "Puts a value in front of an array variable.", unshift)},
    Application{row("export", "[nolocal:]<name>=<value>", "Sets a variable on this leg and on every leg it bridges to.",
                    export_variable)},
    Application{row("bridge_export", "<name>=<value>", "Exports a variable to the other leg of a later bridge.", bridge_export)},
    Application{row("set_profile_var", "<field>=<value>", "Changes a field of the caller profile.", set_profile_var)},
    Application{row("capture", "<name>|<text>|<pattern>", "Stores what a pattern captures in an array variable.", capture,
                    Routing::unsafe)},
    Application{row("strftime", "<name>=<format>", "Stores the local time in a variable.", strftime, Routing::unsafe)}};

}  // namespace
}  // namespace app
