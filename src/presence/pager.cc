#include "presence/pager.h"

#include <algorithm>

#include "base/metrics.h"
#include "presence/delivery.h"
#include "sip/header/expires.h"

namespace presence {

namespace {

constexpr int accepted = 202, not_found = 404, unavailable = 480;

const base::metrics::Counter refused{"ahoy_messages_refused_total", "Short messages (MESSAGE) for users who are away that were not kept"};

/// RFC 3994: that somebody types is of no interest later.
bool is_worth_keeping(const sip::Message& message) { return !message.content_type().starts_with("application/im-iscomposing"); }

}  // namespace

/// How long the message may wait; 0: not at all.
std::chrono::seconds Pager::life_of(const sip::Message& message, const endpoint::Flow& from) const {
  const auto found = keeping_.find(endpoint_.point(from.point).profile);
  if (found == keeping_.end() || !is_worth_keeping(message)) return {};
  const auto expires = message.get<sip::Expires>();
  return expires ? std::min(found->second, std::chrono::seconds{expires->value}) : found->second;
}

void Pager::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  const auto visit = reception_.receive(id, request, from);
  if (!visit) return;
  if (!visit->named) return endpoint_.respond(id, request, not_found);
  const auto life = life_of(request, from);
  location_.find(visit->user, visit->domain,
                 [this, alive = alive_, id, aor = visit->aor(), life, request = std::move(request)](const std::vector<location::Binding>& bindings) mutable {
                   if (!*alive) return;
                   // What was kept may not be back yet: who is there cannot be told then.
                   if (bindings.empty() && !location_.is_complete()) return endpoint_.respond_busy(id, request);
                   if (bindings.empty()) keep(id, aor, std::move(request), life);
                   else deliver(id, std::move(request), bindings);
                 });
}

void Pager::deliver(endpoint::TransactionId id, sip::Message request, const std::vector<location::Binding>& bindings) {
  auto done = [this, alive = alive_, id, request](int status) {
    if (*alive) endpoint_.respond(id, request, status);
  };
  Delivery::begin(endpoint_, std::move(request), bindings, std::move(done));
}

void Pager::keep(endpoint::TransactionId id, const std::string& aor, sip::Message request, std::chrono::seconds life) {
  if (life == std::chrono::seconds{0}) {
    refused.add();
    return endpoint_.respond(id, request, unavailable);
  }
  const auto text = request;
  store_.keep(aor, text, life, [this, alive = alive_, id, request = std::move(request)](bool kept) {
    if (!*alive) return;
    if (!kept) refused.add();
    endpoint_.respond(id, request, kept ? accepted : unavailable);
  });
}

}  // namespace presence
