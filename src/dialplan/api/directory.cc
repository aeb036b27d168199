// dialplan/api/directory.cc - user_exists, user_data, in_group, group_call, acl, is_lan_addr.
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/api_function.h"
#include "dialplan/configuration.h"

namespace dialplan {

namespace {

const char* truth(bool value) {
  return value ? "true" : "false";
}

const Directory* directory(const Context& context) {
  return context.configuration == nullptr ? nullptr : &context.configuration->directory;
}

/// `id 1000 example.com`; the key may also be number-alias, which find() knows.
std::string user_exists(std::string_view arguments, Context& context) {
  const auto parts = call::split_arguments(arguments);
  const auto* users = directory(context);
  return truth(parts.size() >= 3 && users != nullptr && users->find(parts[1], parts[2]) != nullptr);
}

std::string user_data(std::string_view arguments, Context& context) {
  const auto parts = call::split_arguments(arguments);
  const auto* users = directory(context);
  if (parts.size() < 3 || users == nullptr) return {};
  const auto* user = users->find(parts[0]);
  if (user == nullptr) return {};
  const auto& from = parts[1] == "attr"    ? user->attributes
                     : parts[1] == "param" ? user->params
                                           : user->variables;
  return std::string{from.get(parts[2])};
}

std::string in_group(std::string_view arguments, Context& context) {
  const auto parts = call::split_arguments(arguments);
  const auto* users = directory(context);
  if (parts.size() < 2 || users == nullptr) return "false";
  const auto* user = users->find(parts[0]);
  return truth(user != nullptr && users->in_group(*user, parts[1]));
}

/// `sales@example.com+F`
std::string call_group(std::string_view arguments, Context& context) {
  const auto* users = directory(context);
  if (users == nullptr) return "error/NO_ROUTE_DESTINATION";
  auto text = base::trim(arguments);
  char order = 'A';
  if (const auto plus = text.rfind('+'); plus != std::string_view::npos && plus + 1 < text.size()) {
    order = text[plus + 1];
    text = text.substr(0, plus);
  }
  const auto at = text.find('@');
  std::string domain{at == std::string_view::npos ? std::string_view{} : text.substr(at + 1)};
  if (domain.empty() && context.session != nullptr)
    domain = std::string{context.session->variables.get("domain_name")};
  if (domain.empty() && context.globals != nullptr) domain = std::string{context.globals->get("domain")};
  return group_call(*users, text.substr(0, at), domain, order);
}

std::string acl(std::string_view arguments, Context& context) {
  const auto parts = call::split_arguments(arguments);
  if (parts.size() < 2) return "false";
  return truth(context.configuration != nullptr ? context.configuration->acls.allows(parts[0], parts[1])
                                                : in_network(parts[0], parts[1]));
}

const ApiFunction user_exists_function{
    {"user_exists", "<key> <user> <domain>", "Whether the directory has the user.", user_exists}};
const ApiFunction user_data_function{{"user_data", "<user>@<domain> [attr|var|param] <name>",
                                      "An attribute, variable or param of a user.", user_data}};
const ApiFunction in_group_function{
    {"in_group", "<user>@<domain> <group>", "Whether the user is in the group.", in_group}};
const ApiFunction group_call_function{{"group_call", "<group>[@<domain>][+A|+F|+E]",
                                       "Dial string of a group: all, one after another, enterprise.",
                                       call_group}};
const ApiFunction acl_function{{"acl", "<address> <list|network>", "Whether the address is let in.", acl}};
const ApiFunction is_lan_addr{{"is_lan_addr", "<address>", "Whether the address is private.",
                               [](std::string_view text, Context&) -> std::string {
                                 const auto ip = base::Ip::parse(base::trim(text));
                                 return truth(ip && (ip->is_private() || ip->is_loopback()));
                               }}};

}  // namespace

}  // namespace dialplan
