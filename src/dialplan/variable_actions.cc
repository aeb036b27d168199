// dialplan/variable_actions.cc - the variable applications.
#include "dialplan/variable_actions.h"

#include "base/log.h"
#include "base/text.h"
#include "call/arguments.h"
#include "dialplan/configuration.h"
#include "dialplan/expand.h"

namespace dialplan {

namespace {

call::Variables& variables(Context& context) {
  base::require(context.session != nullptr, "variable applications need a call");
  return context.session->variables;
}

struct Assignment {
  std::string_view name, value;
  bool any = false;  ///< false: no `=` in it
};

/// `name=value`; where `comma` also `name,value`. Nothing is trimmed: a blank before `=` stays in the name.
Assignment split_assignment(std::string_view data, bool comma) {
  auto at = data.find('=');
  if (at == std::string_view::npos && comma) at = data.find(',');
  if (at == std::string_view::npos) return {data, {}, false};
  return {data.substr(0, at), data.substr(at + 1), true};
}

/// set and export expand their value a second time.
std::string again(std::string_view value, Context& context) {
  return has_expansion(value) ? expand(value, context) : std::string{value};
}

void add(Context& context, std::string_view data,
         void (call::Variables::*method)(std::string_view, std::string_view)) {
  const auto at = data.find_first_of(",=");
  if (at == std::string_view::npos) {
    variables(context).unset(data);
    return;
  }
  const auto value = again(data.substr(at + 1), context);
  if (value.empty())
    variables(context).unset(data.substr(0, at));
  else
    (variables(context).*method)(data.substr(0, at), value);
}

void export_to(Context& context, std::string_view data, std::string_view list) {
  const auto [name, value, any] = split_assignment(data, false);
  if (!any) {
    variables(context).unset(name);
    return;
  }
  call::export_variable(variables(context), name, again(value, context), list);
}

}  // namespace

void set(Context& context, std::string_view data) {
  const auto [name, value, any] = split_assignment(data, true);
  if (!any || value.empty())
    variables(context).unset(name);
  else
    variables(context).set(name, again(value, context));
}

void unset(Context& context, std::string_view data) {
  variables(context).unset(data);
}

void multiset(Context& context, std::string_view data) {
  for (const auto& item : call::split_arguments(data)) {
    const auto [name, value, any] = split_assignment(item, false);
    if (any) set(context, item);
  }
}

void multiunset(Context& context, std::string_view data) {
  for (const auto& name : call::split_arguments(data)) variables(context).unset(name);
}

void push(Context& context, std::string_view data) {
  add(context, data, &call::Variables::push);
}
void unshift(Context& context, std::string_view data) {
  add(context, data, &call::Variables::unshift);
}
void export_variable(Context& context, std::string_view data) {
  export_to(context, data, "export_vars");
}
void bridge_export(Context& context, std::string_view data) {
  export_to(context, data, "bridge_export_vars");
}

void set_global(Context& context, std::string_view data) {
  const auto [name, value, any] = split_assignment(data, true);
  if (context.globals != nullptr && any) context.globals->set(base::trim(name), value);
}

void set_profile_var(Context& context, std::string_view data) {
  const auto [name, value, any] = split_assignment(data, false);
  if (any && !context.session->profile.set_field(base::trim(name), value))
    base::log::warn("dialplan", "set_profile_var cannot set '{}'", name);
}

void capture(Context& context, std::string_view data) {
  const auto parts = call::split_arguments(data, '|', 3);
  if (parts.size() != 3) return;
  const auto* pattern = cached_pattern(parts[2]);
  const auto captures = pattern != nullptr ? pattern->match(parts[1]) : std::nullopt;
  if (!captures) return;
  variables(context).unset(parts[0]);
  for (const auto piece : *captures) variables(context).push(parts[0], piece);
}

void strftime(Context& context, std::string_view data) {
  const auto [name, value, any] = split_assignment(data, false);
  if (any)
    variables(context).set(base::trim(name),
                           format_time(std::string{value}, TimeZone::system().local(context.now)));
}

bool set_user(Context& context, std::string_view data) {
  const auto parts = call::split_arguments(data);
  if (parts.empty() || context.configuration == nullptr) return false;
  const auto* user = context.configuration->directory.find(parts[0]);
  if (user == nullptr) {
    base::log::error("dialplan", "set_user: no user '{}'", parts[0]);
    return false;
  }
  const auto prefix = parts.size() > 1 ? parts[1] : std::string{};
  auto& into = variables(context);
  into.set("user_name", user->id);
  into.set("domain_name", user->domain);
  user->variables.for_each(
      [&](std::string_view name, std::string_view value) { into.set(prefix + std::string{name}, value); });
  return true;
}

bool check_acl(Context& context, std::string_view data) {
  const auto parts = call::split_arguments(data);
  if (parts.size() < 2) return true;
  if (context.configuration != nullptr) return context.configuration->acls.allows(parts[0], parts[1]);
  return in_network(parts[0], parts[1]);
}

}  // namespace dialplan
