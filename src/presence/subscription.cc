#include "presence/subscription.h"

#include <algorithm>

#include "base/metrics.h"
#include "presence/resource_list.h"
#include "sip/header/expires.h"
#include "sip/header/retry_after.h"
#include "sip/header/via.h"
#include "sip/status.h"

namespace presence {

namespace {

const base::metrics::Gauge alive{"ahoy_subscriptions", "Subscriptions alive"};
const base::metrics::Counter notified{"ahoy_notifications_total", "NOTIFY requests sent for subscriptions"};

std::optional<std::chrono::seconds> wanted_by(const sip::Message& subscribe) {
  const auto expires = subscribe.get<sip::Expires>();
  if (!expires) return std::nullopt;
  return std::chrono::seconds{expires->value};
}

}  // namespace

Subscription::Subscription(Owner& owner, Number number, Subject subject, const sip::SubscriptionLimits& limits,
                           const endpoint::Flow& from)
    : owner_{owner}, endpoint_{owner.endpoint()}, number_{number}, subject_{std::move(subject)}, package_{subject_.package->spec()},
      gap_{limits.notify_gap}, flow_{from}, notifier_{limits}, timer_{[this] {
        notifier_.on_time(now());
        drain();
      }} {
  for (const auto& aor : watched()) parts_.push_back({aor, nullptr, nullptr, nullptr, 0});
  alive.add();
}

Subscription::~Subscription() { alive.remove(); }

void Subscription::leave() {
  timer_.stop();
  if (notify_ != endpoint::no_transaction) endpoint_.forget(notify_);
  if (dialog_) endpoint_.remove_dialog(dialog_->id());
}

void Subscription::stop_watching() {
  if (!std::exchange(watching_, false)) return;
  for (const auto& part : parts_) owner_.agent().unwatch(part.aor, number_);
  if (auto* items = owner_.items(); items && reserved_ != 0) items->remove(KeptSubscription::key(dialog_->id()));
}

void Subscription::watch() {
  watching_ = true;
  endpoint_.add_dialog(dialog_->id(), *this);
  for (const auto& part : parts_) owner_.agent().watch(part.aor, number_, *subject_.package, subject_.watcher);
}

void Subscription::keep() {
  auto* items = owner_.items();
  if (!items || notifier_.state() == sip::SubscriptionPhase::terminated) return;
  reserved_ = dialog_->local_cseq() + cseq_reserve;
  KeptSubscription kept{subject_.event, subject_.aor, subject_.watcher, subject_.members, endpoint_.point(flow_.point).profile,
                        std::string{endpoint::parameter(flow_.transport)}, flow_.remote.text(), beyond_proxies_, gap_, dialog_->kept()};
  kept.dialog.local_cseq = reserved_;
  const auto until = endpoint_.shard().wall_clock() + (notifier_.expires() - now());
  items->save(KeptSubscription::key(dialog_->id()), kept.pack(), std::chrono::ceil<std::chrono::seconds>(until));
}

bool Subscription::resume(const KeptSubscription& kept, std::chrono::seconds left) {
  auto dialog = sip::Dialog::restored(kept.dialog);
  if (!dialog) return false;
  dialog_ = std::move(*dialog);
  beyond_proxies_ = kept.beyond_proxies;
  // Documents, like NOTIFYs, are numbered above all that were sent.
  list_version_ = dialog_->local_cseq();
  for (auto& part : parts_) part.version = dialog_->local_cseq();
  watch();
  notifier_.resume(left, now());
  keep();
  drain();
  return true;
}

std::vector<std::string> Subscription::watched() const {
  return subject_.members.empty() ? std::vector{subject_.aor} : subject_.members;
}

base::Time Subscription::now() { return endpoint_.shard().now(); }

std::string Subscription::contact() { return "<" + endpoint_.contact(flow_, {}).text() + ">"; }

sip::Message Subscription::answer_to(const sip::Message& request, const sip::Notifier::Answer& answer, std::string_view tag) {
  constexpr int too_brief = 423;
  auto response = sip::Message::response(request, answer.status, {}, tag);
  if (answer.status == too_brief) response.add("Min-Expires", std::to_string(answer.expires.count()));
  if (!sip::is_success(answer.status)) return response;
  response.add("Expires", std::to_string(answer.expires.count()));
  response.add("Contact", contact());
  if (!subject_.members.empty()) response.add("Require", "eventlist");
  return response;
}

bool Subscription::begin(endpoint::TransactionId id, const sip::Message& request) {
  const auto answer = notifier_.on_subscribe(wanted_by(request), now());
  const auto response = answer_to(request, answer, endpoint_.new_tag());
  if (!sip::is_success(answer.status)) {
    endpoint_.respond(id, response);
    return false;
  }
  auto dialog = sip::Dialog::as_uas(request, response);
  if (!dialog) {
    endpoint_.respond(id, request, 400, "Bad Contact");
    return false;
  }
  dialog_ = std::move(*dialog);
  const auto hops = request.all<sip::Via>();
  beyond_proxies_ = hops && hops->size() > 1;
  dialog_->set_local_contact(contact());
  watch();
  endpoint_.respond(id, response);
  keep();
  drain();
  return true;
}

void Subscription::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  if (id == endpoint::no_transaction) return;
  if (request.method() != sip::Method::subscribe) {
    auto response = sip::Message::response(request, 405);
    response.add("Allow", "SUBSCRIBE");
    return endpoint_.respond(id, response);
  }
  constexpr int out_of_order = 500;
  if (dialog_->on_request(request) == sip::Dialog::Order::stale) return endpoint_.respond(id, request, out_of_order);
  flow_ = from;  // it may have got another address, or another connection
  const auto answer = notifier_.on_subscribe(wanted_by(request), now());
  whole_ |= sip::is_success(answer.status);
  endpoint_.respond(id, answer_to(request, answer));
  keep();
  drain();
}

/// Against what the watcher knows, or will when the NOTIFY under way has arrived.
bool Subscription::Part::news(const EventPackage& package) const {
  const auto& known = sent ? sent : told;
  return known && known != now && package.spec().differ(*known, *now);
}

void Subscription::on_state(const std::string& aor, const State& state) {
  for (auto& part : parts_) {
    if (part.aor != aor || part.now == state) continue;
    part.now = state;
    if (!due_ && part.news(*subject_.package)) notifier_.on_change(now());
  }
  send_when_known();
  drain();
}

void Subscription::drain() {
  while (const auto output = notifier_.poll()) {
    if (const auto* due = std::get_if<sip::DueNotify>(&*output)) {
      due_ = *due;
      send_when_known();
    } else {
      return owner_.on_over(number_);
    }
  }
  timer_.start(endpoint_.shard().timers(), notifier_.deadline());
}

void Subscription::send_when_known() {
  if (due_ && std::ranges::all_of(parts_, [](const Part& part) { return part.now != nullptr; })) send();
}

std::string Subscription::document_of(Part& part) {
  part.sent = part.now;
  const auto* before = whole_ || !part.told || !package_.differ(*part.told, *part.now) ? nullptr : part.told.get();
  return package_.describe({part.aor, *part.now, before, part.version++, now()});
}

void Subscription::set_body(sip::Message& notify) {
  if (subject_.members.empty()) return notify.set_body(package_.content_type, document_of(parts_.front()));
  ResourceList list{subject_.aor, list_version_++, whole_, {}};
  for (auto& part : parts_)
    if (whole_ || !part.told || package_.differ(*part.told, *part.now))
      list.members.push_back({part.aor, std::string{package_.content_type}, document_of(part)});
  notify.add("Require", "eventlist");
  const auto boundary = endpoint_.new_tag();
  notify.set_body(ResourceList::content_type(boundary), list.print(boundary));
}

void Subscription::send() {
  auto notify = dialog_->request(sip::Method::notify);
  notify.add("Event", subject_.event);
  notify.add("Subscription-State", due_->value());
  whole_ |= due_->state == sip::SubscriptionPhase::terminated;
  due_.reset();
  set_body(notify);
  whole_ = false;
  if (reserved_ != 0 && dialog_->local_cseq() >= reserved_) keep();
  notified.add();
  notify_ = endpoint_.send_in(*dialog_, flow_, beyond_proxies_, std::move(notify), this);
}

void Subscription::on_result(int status, std::optional<std::chrono::seconds> retry_after) {
  notify_ = endpoint::no_transaction;
  const bool arrived = sip::is_success(status);
  for (auto& part : parts_)
    if (auto sent = std::exchange(part.sent, nullptr); sent && arrived) part.told = std::move(sent);
  // What did not arrive, or not for certain, is said again as a whole.
  whole_ |= !arrived;
  notifier_.on_answer(status, retry_after, now());
  drain();
}

void Subscription::on_response(endpoint::TransactionId, const sip::Message& response) {
  if (!sip::is_final(response.status())) return;
  std::optional<std::chrono::seconds> later;
  if (const auto retry = response.get<sip::RetryAfter>()) later = std::chrono::seconds{retry->seconds};
  if (sip::is_success(response.status())) dialog_->on_response(response, sip::Method::notify);
  on_result(response.status(), later);
}

void Subscription::on_failure(endpoint::TransactionId, sip::End) { on_result(0, std::nullopt); }

}  // namespace presence
