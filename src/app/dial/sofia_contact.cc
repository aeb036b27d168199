// app/dial/sofia_contact.cc - ${sofia_contact(...)}: the dial string of wherever a user is registered.
//
// Expansion cannot wait for the shard that knows, so this answers a dial string that is resolved when it is dialled:
// sofia_contact(*/1001@example.com) is "sofia/*/1001%example.com". Who is not registered then is USER_NOT_REGISTERED,
// as the reference's error/user_not_registered would be.
#include "base/text.h"
#include "dialplan/api_function.h"
#include "dialplan/configuration.h"

namespace app {
namespace {

/// [<profile>/]<user>[@<domain>]; what follows a slash behind it (the reference's codec hints) is left out.
std::string sofia_contact(std::string_view arguments, dialplan::Context& context) {
  auto text = base::trim(arguments);
  std::string_view profile = "*";
  if (const auto slash = text.find('/'); slash != std::string_view::npos && slash < text.find('@')) {
    profile = text.substr(0, slash);
    text = text.substr(slash + 1);
  }
  text = text.substr(0, text.find('/'));
  const auto at = text.find('@');
  const auto user = text.substr(0, at);
  std::string domain{at == std::string_view::npos ? std::string_view{} : text.substr(at + 1)};
  if (domain.empty() && context.globals) domain = context.globals->get("domain");
  if (user.empty() || domain.empty() || profile.empty()) return "error/user_not_registered";
  return "sofia/" + std::string{profile} + "/" + std::string{user} + "%" + domain;
}

const dialplan::ApiFunction function{{"sofia_contact", "[<profile>/]<user>@<domain>",
                                      "Dial string of a registered user; found out when it is dialled.", sofia_contact}};

}  // namespace
}  // namespace app
