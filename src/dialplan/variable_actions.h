// dialplan/variable_actions.h - what set, export, push, multiset and their relatives do, without a call
// around them.
//
// Each takes the data as the application gets it (expanded once) and is what src/app/*.cc calls.
#pragma once
#include <string_view>

#include "base/result.h"
#include "dialplan/context.h"

namespace dialplan {

void set(Context& context, std::string_view data);
void unset(Context& context, std::string_view data);
void multiset(Context& context, std::string_view data);
void multiunset(Context& context, std::string_view data);
void push(Context& context, std::string_view data);
void unshift(Context& context, std::string_view data);
void export_variable(Context& context, std::string_view data);
void bridge_export(Context& context, std::string_view data);
void set_global(Context& context, std::string_view data);
void set_profile_var(Context& context, std::string_view data);
void capture(Context& context, std::string_view data);
void strftime(Context& context, std::string_view data);
/// False: no such user, or no `@domain`.
bool set_user(Context& context, std::string_view data);
/// `check_acl <ip> <list|cidr>`: false when the address is not in it. Missing arguments let the call go on.
bool check_acl(Context& context, std::string_view data);

}  // namespace dialplan
