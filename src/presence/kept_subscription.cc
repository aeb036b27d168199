#include "presence/kept_subscription.h"

#include "base/text.h"
#include "store/fields.h"

namespace presence {

namespace {

/// Fields in front of the two lists.
constexpr std::size_t fixed_fields = 18;

}  // namespace

std::string KeptSubscription::pack() const {
  std::string row;
  const auto put = [&row](std::string_view text) { store::pack(row, text); };
  for (const auto* text : {&event, &aor, &watcher, &profile, &transport, &received}) put(*text);
  put(beyond_proxies ? "1" : "0");
  put(std::to_string(gap.count()));
  for (const auto* text : {&dialog.id.call_id, &dialog.id.local_tag, &dialog.id.remote_tag, &dialog.local, &dialog.remote,
                           &dialog.local_contact, &dialog.remote_target})
    put(*text);
  put(std::to_string(dialog.local_cseq));
  put(std::to_string(dialog.remote_cseq));
  put(std::to_string(members.size()));
  for (const auto& member : members) put(member);
  for (const auto& route : dialog.routes) put(route);
  return row;
}

std::optional<KeptSubscription> KeptSubscription::unpack(std::string_view row) {
  const auto fields = store::unpack(row);
  if (!fields || fields->size() < fixed_fields) return std::nullopt;
  auto next = fields->begin();
  KeptSubscription kept;
  auto& dialog = kept.dialog;
  for (auto* text : {&kept.event, &kept.aor, &kept.watcher, &kept.profile, &kept.transport, &kept.received}) *text = *next++;
  kept.beyond_proxies = *next++ == "1";
  const auto gap = base::to_number<std::int64_t>(*next++);
  for (auto* text : {&dialog.id.call_id, &dialog.id.local_tag, &dialog.id.remote_tag, &dialog.local, &dialog.remote,
                     &dialog.local_contact, &dialog.remote_target})
    *text = *next++;
  const auto local = base::to_number<std::uint32_t>(*next++), remote = base::to_number<std::uint32_t>(*next++);
  const auto members = base::to_number<std::size_t>(*next++);
  if (!gap || !local || !remote || !members || *members > static_cast<std::size_t>(fields->end() - next)) return std::nullopt;
  kept.gap = base::Duration{*gap};
  dialog.local_cseq = *local;
  dialog.remote_cseq = *remote;
  kept.members.assign(next, next + static_cast<std::ptrdiff_t>(*members));
  dialog.routes.assign(next + static_cast<std::ptrdiff_t>(*members), fields->end());
  return kept;
}

}  // namespace presence
