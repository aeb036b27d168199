// dialplan/api/variables.cc - eval, expand, global and channel variables by name.
#include "base/text.h"
#include "dialplan/api_function.h"
#include "dialplan/expand.h"

namespace dialplan {

namespace {

constexpr std::string_view no_channel = "-ERR No such channel!\n";

std::string expand_command(std::string_view text, Context& context) {
  const auto command = expand(text, context);
  const auto blank = command.find(' ');
  const auto* function = ApiFunction::find(std::string_view{command}.substr(0, blank));
  if (function == nullptr || function->spec().run == nullptr) return "-ERR no such command\n";
  return function->spec().run(
      blank == std::string::npos ? std::string_view{} : std::string_view{command}.substr(blank + 1), context);
}

std::string getvar(std::string_view arguments, Context& context) {
  const auto blank = arguments.find(' ');
  auto* session = context.find_session ? context.find_session(arguments.substr(0, blank)) : nullptr;
  if (session == nullptr) return std::string{no_channel};
  if (blank == std::string_view::npos) return "-USAGE: <uuid> <var>";
  const auto value = session->variables.get(base::trim(arguments.substr(blank + 1)));
  return value.empty() ? "_undef_" : std::string{value};
}

std::string setvar(std::string_view arguments, Context& context) {
  const auto first = arguments.find(' ');
  auto* session = context.find_session ? context.find_session(arguments.substr(0, first)) : nullptr;
  if (session == nullptr) return std::string{no_channel};
  if (first == std::string_view::npos) return "-USAGE: <uuid> <var> [<value>]";
  const auto rest = base::trim(arguments.substr(first + 1));
  const auto second = rest.find(' ');
  session->variables.set(rest.substr(0, second),
                         second == std::string_view::npos ? "" : rest.substr(second + 1));
  return "+OK\n";
}

std::string global_getvar(std::string_view name, Context& context) {
  if (context.globals == nullptr) return {};
  if (!base::trim(name).empty()) return std::string{context.globals->get(base::trim(name))};
  std::string all;
  context.globals->for_each(
      [&](auto each, auto value) { all += std::string{each} + '=' + std::string{value} + '\n'; });
  return all;
}

std::string global_setvar(std::string_view text, Context& context) {
  const auto equals = text.find('=');
  if (context.globals == nullptr || equals == std::string_view::npos) return "-USAGE: <var>=<value>";
  context.globals->set(base::trim(text.substr(0, equals)), base::trim(text.substr(equals + 1)));
  return "+OK";
}

const ApiFunction eval{{"eval", "<text>", "The text with its variables replaced.",
                        [](std::string_view text, Context& context) { return expand(text, context); }}};
const ApiFunction expand_function{
    {"expand", "<command> <arguments>", "Runs a command with its variables replaced.", expand_command}};
const ApiFunction global_getvar_function{
    {"global_getvar", "[<name>]", "A global variable, or all of them.", global_getvar}};
const ApiFunction global_setvar_function{
    {"global_setvar", "<name>=<value>", "Sets a global variable.", global_setvar, false}};
const ApiFunction uuid_exists{{"uuid_exists", "<uuid>", "Whether there is such a channel.",
                               [](std::string_view uuid, Context& context) -> std::string {
                                 const bool found =
                                     context.find_session && context.find_session(base::trim(uuid));
                                 return found ? "true" : "false";
                               }}};
const ApiFunction uuid_getvar{{"uuid_getvar", "<uuid> <name>", "A variable of a channel.", getvar}};
const ApiFunction uuid_setvar{
    {"uuid_setvar", "<uuid> <name> [<value>]", "Sets or unsets a variable of a channel.", setvar, false}};
const ApiFunction create_uuid{{"create_uuid", "", "A new uuid.", [](std::string_view, Context& context) {
                                 return context.random != nullptr ? context.random->uuid() : std::string{};
                               }}};

}  // namespace

}  // namespace dialplan
