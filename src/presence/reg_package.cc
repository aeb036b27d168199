// presence/reg_package.cc - the event package "reg": who is registered, and where. RFC 3680.
//
// Documents hold the whole state. A refresh alone changes nothing worth a NOTIFY: an expiry time is only told with the next
// real change.
#include <fmt/format.h>

#include <algorithm>

#include "presence/event_package.h"
#include "xml/tree.h"

namespace presence {
namespace {

using location::Binding;

/// The same for the same contact in each document (RFC 3680 section 5.3).
std::string contact_id(const Binding& binding) { return fmt::format("{:016x}", std::hash<std::string>{}(binding.id())); }

std::string q_text(std::uint16_t thousandths) { return thousandths >= 1000 ? "1.0" : fmt::format("0.{:03}", thousandths); }

std::string describe(const Telling& telling) {
  using xml::escaped;
  const auto& bindings = telling.now.contacts;
  const char* state = !bindings.empty() ? "active" : telling.version == 0 ? "init" : "terminated";
  std::string out = "<?xml version=\"1.0\"?>\r\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"" +
                    std::to_string(telling.version) + "\" state=\"full\">\r\n<registration aor=\"" + escaped(uri_of(telling.aor)) +
                    "\" id=\"" + escaped(telling.aor) + "\" state=\"" + state + "\">\r\n";
  for (const auto& binding : bindings) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(std::max(binding.expires - telling.at, base::Duration{0}));
    out += "<contact id=\"" + contact_id(binding) + "\" state=\"active\" event=\"registered\" expires=\"" +
           std::to_string(left.count()) + "\" q=\"" + q_text(binding.q) + "\" callid=\"" + escaped(binding.call_id()) + "\" cseq=\"" +
           std::to_string(binding.cseq) + "\"><uri>" + escaped(binding.uri().text().view()) + "</uri></contact>\r\n";
  }
  return out + "</registration>\r\n</reginfo>\r\n";
}

bool differ(const Resource& before, const Resource& now) {
  return !std::ranges::equal(before.contacts, now.contacts, [](const Binding& a, const Binding& b) { return a.id() == b.id(); });
}

const EventPackage reg{{"reg", "application/reginfo+xml", {Aspect::contacts}, Audience::owner, differ, describe}};

}  // namespace
}  // namespace presence
