#include "call/privacy.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace call {

namespace {

/// They name the caller. The signature of Identity is over the number that From does not show any more (RFC 8224).
constexpr std::string_view of_caller[]{"P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Identity"};
/// They tell about the caller without being needed for the call (RFC 3323 sections 4.1 and 5.3).
constexpr std::string_view about_caller[]{"Call-Info",   "Organization", "Subject",     "Reply-To",
                                          "In-Reply-To", "Referred-By",  "Geolocation", "Geolocation-Routing"};
/// They tell which way the call has gone.
constexpr std::string_view of_history[]{"History-Info", "Diversion"};

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(), [&](auto each) { return base::same(each, name); });
}

}  // namespace

Privacy Privacy::of(std::string_view values) {
  struct Word {
    std::string_view text;
    bool Privacy::*wish;
  };
  constexpr Word words[]{{"none", &Privacy::none},     {"id", &Privacy::id},           {"header", &Privacy::header},
                         {"user", &Privacy::user},     {"history", &Privacy::history}, {"critical", &Privacy::critical}};
  Privacy privacy;
  for (auto item : base::split(values, ';')) {
    item = base::trim(item);
    const auto known = std::find_if(std::begin(words), std::end(words), [&](const Word& each) { return base::same(each.text, item); });
    if (known != std::end(words)) privacy.*known->wish = true;
    else if (!item.empty() && !base::same(item, "session")) privacy.unknown = true;
  }
  return privacy;
}

bool Privacy::hides(std::string_view header_name) const {
  if (none) return false;
  return (hides_caller() && is_among(header_name, of_caller)) ||
         ((header || user) && is_among(header_name, about_caller)) ||
         ((header || history) && is_among(header_name, of_history));
}

}  // namespace call
