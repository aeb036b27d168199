#include "presence/reg_event.h"

#include <fmt/format.h>

#include <algorithm>

#include "presence/subscriptions.h"
#include "xml/tree.h"

namespace presence {

namespace {

/// The same for the same contact in each document (RFC 3680 section 5.3).
std::string contact_id(const location::Binding& binding) { return fmt::format("{:016x}", std::hash<std::string>{}(binding.id())); }

std::string q_text(std::uint16_t thousandths) { return thousandths >= 1000 ? "1.0" : fmt::format("0.{:03}", thousandths); }

}  // namespace

std::string reginfo(std::string_view aor, std::span<const location::Binding> bindings, std::uint32_t version, base::Time now) {
  const char* state = !bindings.empty() ? "active" : version == 0 ? "init" : "terminated";
  std::string out = "<?xml version=\"1.0\"?>\r\n<reginfo xmlns=\"urn:ietf:params:xml:ns:reginfo\" version=\"" +
                    std::to_string(version) + "\" state=\"full\">\r\n<registration aor=\"sip:" + xml::escaped(aor) + "\" id=\"" +
                    xml::escaped(aor) + "\" state=\"" + state + "\">\r\n";
  for (const auto& binding : bindings) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(std::max(binding.expires - now, base::Duration{0}));
    out += "<contact id=\"" + contact_id(binding) + "\" state=\"active\" event=\"registered\" expires=\"" +
           std::to_string(left.count()) + "\" q=\"" + q_text(binding.q) + "\" callid=\"" + xml::escaped(binding.call_id()) + "\" cseq=\"" +
           std::to_string(binding.cseq) + "\"><uri>" + xml::escaped(binding.uri().text()) + "</uri></contact>\r\n";
  }
  return out + "</registration>\r\n</reginfo>\r\n";
}

void RegEvent::describe(const std::string& aor, std::uint32_t version, base::Function<void(std::string)> done) {
  const auto at = aor.rfind('@');
  location_.find(location::user_of(aor), std::string_view{aor}.substr(at + 1),
                 [&shard = location_.shard(), aor, version, done = std::move(done)](const std::vector<location::Binding>& bindings) mutable {
                   done(reginfo(aor, bindings, version, shard.now()));
                 });
}

void RegEvent::watch(const std::string& aor, bool wanted) {
  auto& shard = location_.shard();
  const auto home = endpoint::owner_of_user(location::user_of(aor), shard.count());
  shard.post(home, [other = all_[home], aor, from = shard.id(), wanted] { other->count(aor, from, wanted); });
}

void RegEvent::count(const std::string& aor, std::uint16_t shard, bool wanted) {
  auto& counts = watching_[aor];
  counts.resize(all_.size());
  if (wanted) ++counts[shard];
  else if (counts[shard] > 0) --counts[shard];
  if (std::ranges::all_of(counts, [](auto one) { return one == 0; })) watching_.erase(aor);
}

void RegEvent::tell(std::string_view aor) {
  const auto found = watching_.find(aor);
  if (found == watching_.end()) return;
  for (std::uint16_t to = 0; to < location_.shard().count(); ++to)
    if (found->second[to] > 0)
      location_.shard().post(to, [other = all_[to], aor = found->first] { other->subscriptions_->on_change(*other, aor); });
}

}  // namespace presence
