#include "presence/subscriptions.h"

#include <algorithm>

#include "base/log.h"
#include "presence/resource_list.h"
#include "sip/header/accept.h"
#include "sip/header/event.h"
#include "sip/header/supported.h"

namespace presence {

namespace {

bool accepts(const sip::Message& request, std::string_view content_type) {
  const auto accept = request.all<sip::Accept>();
  if (!accept || accept->empty()) return true;  // the package's default
  const auto type = content_type.substr(0, content_type.find('/'));
  return std::ranges::any_of(*accept, [&](const sip::Accept& range) {
    std::string text;
    range.print(text);
    const auto bare = std::string_view{text}.substr(0, text.find(';'));
    return base::same(bare, content_type) || bare == "*/*" || base::same(bare, std::string{type} + "/*");
  });
}

}  // namespace

Subscriptions::Subscriptions(Reception& reception, StateAgent& agent, std::unique_ptr<store::Items> keep)
    : reception_{reception}, agent_{agent}, keep_{std::move(keep)}, all_{this}, resume_timer_{[this] { resume_some(); }} {}

Subscriptions::~Subscriptions() {
  *alive_ = false;
  for (auto& [number, subscription] : subscriptions_) subscription->leave();
}

void Subscriptions::refuse_event(endpoint::TransactionId id, const sip::Message& request) {
  constexpr int bad_event = 489;
  auto response = sip::Message::response(request, bad_event, {}, endpoint().new_tag());
  std::string list = "refer";
  for (const auto name : EventPackage::names()) list.append(", ").append(name);
  response.add("Allow-Events", list);
  endpoint().respond(id, response);
}

std::optional<Subscription::Subject> Subscriptions::subject_of(endpoint::TransactionId id, const sip::Message& request,
                                                               const EventPackage& package, const Visit& visit) {
  constexpr int forbidden = 403, not_found = 404, not_acceptable = 406, extension_required = 421;
  const auto refuse = [&](int status, std::string_view reason = {}) {
    endpoint().respond(id, request, status, reason);
    return std::nullopt;
  };
  Subscription::Subject subject{&package, std::string{request.text_of("Event").value_or("")}, visit.aor(), {}, visit.from};
  if (!visit.named && lists_) subject.members = lists_(visit.user, visit.domain);
  const bool of_users = package.spec().audience == Audience::users;
  if (!visit.named && !of_users) return refuse(not_found);
  // Where somebody is, is nobody else's business, and who calls whom is that of the same house.
  if (of_users ? !visit.same_domain : !visit.is_own()) return refuse(forbidden);
  if (!accepts(request, package.spec().content_type)) return refuse(not_acceptable);
  if (subject.members.size() > list_members_max) return refuse(forbidden, "List Too Long");
  if (!subject.members.empty() && !request.has_token<sip::Supported>("eventlist")) {
    auto response = sip::Message::response(request, extension_required, {}, endpoint().new_tag());
    response.add("Require", "eventlist");
    endpoint().respond(id, response);
    return std::nullopt;
  }
  return subject;
}

bool Subscriptions::has_room(const Subscription::Subject& subject) const {
  const auto free = [this](const std::string& aor) {
    const auto found = by_resource_.find(aor);
    return found == by_resource_.end() || found->second.size() < watchers_max;
  };
  return subscriptions_.size() < subscriptions_max && free(subject.aor) && std::ranges::all_of(subject.members, free);
}

sip::SubscriptionLimits Subscriptions::limits_of(const endpoint::Flow& flow) {
  const auto found = limits_.find(endpoint().point(flow.point).profile);
  return found == limits_.end() ? sip::SubscriptionLimits{} : found->second;
}

/// RFC 6446 section 5: a watcher may want less than we would send, not more.
sip::SubscriptionLimits Subscriptions::limits_for(const sip::Message& request, const endpoint::Flow& from) {
  auto limits = limits_of(from);
  const auto event = request.get<sip::Event>();
  const auto interval = event ? event->params.number("min-interval") : std::nullopt;
  if (interval) limits.notify_gap = std::max<base::Duration>(limits.notify_gap, std::chrono::seconds{*interval});
  return limits;
}

void Subscriptions::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  constexpr int unavailable = 503;
  const auto event = request.get<sip::Event>();
  const auto* package = event ? EventPackage::find(event->token) : nullptr;
  if (!package) return refuse_event(id, request);
  const auto visit = reception_.receive(id, request, from);
  if (!visit) return;
  auto subject = subject_of(id, request, *package, *visit);
  if (!subject) return;
  if (!has_room(*subject)) return endpoint().respond(id, request, unavailable);

  auto& fresh = add(std::move(*subject), limits_for(request, from), from);
  if (!fresh.begin(id, request)) on_over(made_);
}

Subscription& Subscriptions::add(Subscription::Subject subject, const sip::SubscriptionLimits& limits, const endpoint::Flow& flow) {
  const Number number = ++made_;
  Owner& self = *this;
  auto& fresh = subscriptions_[number];
  fresh = std::make_unique<Subscription>(self, number, std::move(subject), limits, flow);
  for (const auto& aor : fresh->watched()) by_resource_[aor].push_back(number);
  return *fresh;
}

void Subscriptions::restore() {
  if (!keep_) return;
  keep_->load_all([this, alive = alive_](const base::Result<std::vector<store::Item>, store::Fault>& items) {
    if (!*alive) return;
    if (items) return hand_out(*items);
    base::log::error("presence", "subscriptions cannot be loaded: {}", store::sentence(items.error()));
  });
}

void Subscriptions::hand_out(const std::vector<store::Item>& items) {
  for (const auto& item : items) {
    auto kept = KeptSubscription::unpack(item.value);
    if (!kept) continue;
    const auto home = io::owner_of(kept->dialog.id.call_id, static_cast<std::uint16_t>(all_.size()));
    endpoint().shard().post(home, [other = all_[home], kept = Kept{std::move(*kept), item.expires_at}]() mutable {
      other->to_resume_.push_back(std::move(kept));
      auto& shard = other->endpoint().shard();
      if (!other->resume_timer_.running()) other->resume_timer_.start(shard.timers(), shard.now() + resume_interval);
    });
  }
  if (!items.empty()) base::log::notice("presence", "{} subscriptions are back from before the restart", items.size());
}

void Subscriptions::resume_some() {
  for (std::size_t i = 0; i < resumed_at_once && !to_resume_.empty(); ++i) {
    resume(to_resume_.front());
    to_resume_.pop_front();
  }
  auto& shard = endpoint().shard();
  if (!to_resume_.empty()) resume_timer_.start(shard.timers(), shard.now() + resume_interval);
}

void Subscriptions::resume(const Kept& kept) {
  const auto& what = kept.what;
  const auto left = std::chrono::ceil<std::chrono::seconds>(kept.expires_at - endpoint().shard().wall_clock());
  const auto* package = EventPackage::find(what.event.substr(0, what.event.find(';')));
  const auto contact = sip::Uri::parse(what.dialog.remote_target);
  if (!package || !contact || left <= std::chrono::seconds{0}) return;
  const auto flow = endpoint().flow_again(what.profile, what.transport, what.received, *contact);
  if (!flow) return base::log::notice("presence", "the subscription of {} is forgotten: there is no profile {}", what.watcher, what.profile);
  auto limits = limits_of(*flow);
  limits.notify_gap = std::max(limits.notify_gap, what.gap);
  auto& fresh = add({package, what.event, what.aor, what.members, what.watcher}, limits, *flow);
  if (!fresh.resume(what, left)) on_over(made_);
}

void Subscriptions::on_state(const std::string& aor, const State& state, Number number) {
  const auto tell = [&](Number each) {
    if (const auto found = subscriptions_.find(each); found != subscriptions_.end()) found->second->on_state(aor, state);
  };
  if (number != 0) return tell(number);
  const auto concerned = by_resource_.find(aor);
  if (concerned == by_resource_.end()) return;
  // A copy: one of them may end by it.
  const std::vector<Number> all = concerned->second;
  std::ranges::for_each(all, tell);
}

/// We are inside one of its calls: it goes after this turn's work.
void Subscriptions::on_over(Number number) {
  auto node = subscriptions_.extract(number);
  if (node.empty()) return;
  auto& over = *node.mapped();
  over.leave();
  over.stop_watching();
  for (const auto& aor : over.watched()) {
    const auto found = by_resource_.find(aor);
    if (found == by_resource_.end()) continue;
    std::erase(found->second, number);
    if (found->second.empty()) by_resource_.erase(found);
  }
  endpoint().shard().post(endpoint().shard().id(), [dead = std::move(node.mapped())] {});
}

}  // namespace presence
