#include "endpoint/redirect_history.h"

#include "base/text.h"
#include "sip/header/history_info.h"

namespace endpoint {

namespace {

/// The next one of the same level: "1.2" after "1.1" (RFC 7044 section 10.3).
std::string next_to(const std::string& index) {
  const auto level = index.rfind('.') + 1;  // 0: there is no dot
  const auto number = base::to_number<std::uint32_t>(std::string_view{index}.substr(level)).value_or(1);
  return index.substr(0, level) + std::to_string(std::uint64_t{number} + 1);
}

/// RFC 7044 section 10.2: why nobody was reached there stands in the entry itself.
void add_reason(sip::Uri& uri, int status) {
  const std::string text{uri.text()};
  const char separator = uri.headers().empty() ? '?' : '&';
  if (auto with = sip::Uri::parse(text + separator + "Reason=SIP%3Bcause%3D" + std::to_string(status))) uri = std::move(*with);
}

}  // namespace

RedirectHistory RedirectHistory::of(const sip::Message& invite, const sip::Message& response) {
  RedirectHistory made;
  if (const auto entries = invite.all<sip::HistoryInfo>(); entries && !entries->empty()) made.index = entries->back().index();
  if (auto told = response.all<sip::Diversion>(); told && !told->empty()) {
    made.diversions = std::move(*told);
    return made;
  }
  auto known = invite.all<sip::Diversion>();
  const auto asked = sip::Uri::parse(invite.request_uri());
  if (!known || known->empty() || !asked) return made;
  auto own = sip::Diversion::of(*asked);
  own.params.set("reason", "unconditional");
  own.params.set("counter", "1");
  made.diversions = std::move(*known);
  made.diversions.insert(made.diversions.begin(), std::move(own));
  return made;
}

void RedirectHistory::tell(sip::Message& invite, int status) const {
  if (!diversions.empty()) invite.set_all(diversions);
  if (index.empty()) return;
  auto entries = invite.all<sip::HistoryInfo>();
  const auto target = sip::Uri::parse(invite.request_uri());
  if (!entries || entries->empty() || !target) return;
  auto& last = entries->back();
  add_reason(last.uri, status);
  auto next = sip::HistoryInfo::of(*target);
  next.params.set("index", next_to(last.index()));
  next.params.set("mp", index);
  entries->push_back(std::move(next));
  invite.set_all(*entries);
}

}  // namespace endpoint
