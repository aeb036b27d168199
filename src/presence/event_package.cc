#include "presence/event_package.h"

#include <algorithm>

#include "base/text.h"
#include "location/location.h"

namespace presence {

std::string uri_of(std::string_view aor) {
  const auto user = location::user_of(aor);
  return std::string{sip::Uri::sip(user, aor.substr(std::min(user.size() + 1, aor.size()))).text()};
}

const EventPackage* EventPackage::find(std::string_view name) {
  for (const auto* each = first_; each; each = each->next_)
    if (base::same(each->spec_.name, name)) return each;
  return nullptr;
}

std::vector<std::string_view> EventPackage::names() {
  std::vector<std::string_view> all;
  for (const auto* each = first_; each; each = each->next_) all.push_back(each->spec_.name);
  std::ranges::sort(all);
  return all;
}

}  // namespace presence
