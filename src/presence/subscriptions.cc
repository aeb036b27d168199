#include "presence/subscriptions.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "location/location.h"
#include "sip/dialog/dialog.h"
#include "sip/header/accept.h"
#include "sip/header/event.h"
#include "sip/header/expires.h"
#include "sip/header/from.h"
#include "sip/header/retry_after.h"
#include "sip/header/via.h"
#include "sip/status.h"

namespace presence {

namespace {

const base::metrics::Gauge alive{"ahoy_subscriptions", "Subscriptions alive"};
const base::metrics::Counter notified{"ahoy_notifications_total", "NOTIFY requests sent for subscriptions"};

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

std::optional<std::chrono::seconds> wanted_by(const sip::Message& subscribe) {
  const auto expires = subscribe.get<sip::Expires>();
  if (!expires) return std::nullopt;
  return std::chrono::seconds{expires->value};
}

}  // namespace

class Subscriptions::Subscription : public endpoint::RequestHandler, endpoint::ClientUser {
 public:
  Subscription(Subscriptions& owner, Number number, EventPackage& package, std::string aor, std::string event,
               const endpoint::Flow& from)
      : owner_{owner}, number_{number}, package_{package}, aor_{std::move(aor)}, event_{std::move(event)}, flow_{from},
        notifier_{owner.limits_}, timer_{[this] { on_time(); }} {
    alive.add();
  }
  ~Subscription() override { alive.remove(); }
  /// Nothing calls it any more after this.
  void leave() {
    timer_.stop();
    if (notify_ != endpoint::no_transaction) endpoint().forget(notify_);
    if (dialog_) endpoint().remove_dialog(dialog_->id());
  }
  void stop_watching() {
    if (std::exchange(watching_, false)) package_.watch(aor_, false);
  }
  const EventPackage& package() const { return package_; }
  const std::string& aor() const { return aor_; }

  /// False: it was refused.
  bool begin(endpoint::TransactionId id, const sip::Message& request) {
    const auto answer = notifier_.on_subscribe(wanted_by(request), now());
    const auto response = answer_to(request, answer, endpoint().new_tag());
    if (!sip::is_success(answer.status)) {
      endpoint().respond(id, response);
      return false;
    }
    auto dialog = sip::Dialog::as_uas(request, response);
    if (!dialog) {
      endpoint().respond(id, request, 400, "Bad Contact");
      return false;
    }
    dialog_ = std::move(*dialog);
    const auto hops = request.all<sip::Via>();
    beyond_proxies_ = hops && hops->size() > 1;
    dialog_->set_local_contact(contact());
    endpoint().add_dialog(dialog_->id(), *this);
    package_.watch(aor_, true);
    watching_ = true;
    endpoint().respond(id, response);
    drain();
    return true;
  }

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override {
    if (id == endpoint::no_transaction) return;
    if (request.method() != sip::Method::subscribe) {
      auto response = sip::Message::response(request, 405);
      response.add("Allow", "SUBSCRIBE");
      return endpoint().respond(id, response);
    }
    constexpr int out_of_order = 500;
    if (dialog_->on_request(request) == sip::Dialog::Order::stale) return endpoint().respond(id, request, out_of_order);
    flow_ = from;  // it may have got another address, or another connection
    endpoint().respond(id, answer_to(request, notifier_.on_subscribe(wanted_by(request), now())));
    drain();
  }

  void on_change() {
    notifier_.on_change(now());
    drain();
  }
  void on_described(const std::string& document) {
    auto notify = dialog_->request(sip::Method::notify);
    notify.add("Event", event_);
    notify.add("Subscription-State", due_.value());
    if (!document.empty()) notify.set_body(package_.content_type(), document);
    notified.add();
    notify_ = endpoint().send_request(std::move(notify), endpoint().flow_in(*dialog_, flow_, beyond_proxies_), this);
  }

 private:
  endpoint::SipEndpoint& endpoint() { return owner_.endpoint_; }
  base::Time now() { return endpoint().shard().now(); }
  std::string contact() { return "<" + endpoint().contact(flow_, {}).text() + ">"; }

  sip::Message answer_to(const sip::Message& request, const sip::Notifier::Answer& answer, std::string_view tag = {}) {
    constexpr int too_brief = 423;
    auto response = sip::Message::response(request, answer.status, {}, tag);
    if (answer.status == too_brief) response.add("Min-Expires", std::to_string(answer.expires.count()));
    if (!sip::is_success(answer.status)) return response;
    response.add("Expires", std::to_string(answer.expires.count()));
    response.add("Contact", contact());
    return response;
  }

  void drain() {
    while (const auto output = notifier_.poll()) {
      if (const auto* due = std::get_if<sip::DueNotify>(&*output)) {
        due_ = *due;
        owner_.describe(number_, package_, aor_, version_++);
      } else {
        return owner_.erase(number_);
      }
    }
    timer_.start(endpoint().shard().timers(), notifier_.deadline());
  }
  void on_time() {
    notifier_.on_time(now());
    drain();
  }
  void on_response(endpoint::TransactionId, const sip::Message& response) override {
    if (!sip::is_final(response.status())) return;
    notify_ = endpoint::no_transaction;
    std::optional<std::chrono::seconds> later;
    if (const auto retry = response.get<sip::RetryAfter>()) later = std::chrono::seconds{retry->seconds};
    if (sip::is_success(response.status())) dialog_->on_response(response, sip::Method::notify);
    notifier_.on_answer(response.status(), later, now());
    drain();
  }
  void on_failure(endpoint::TransactionId, sip::End) override {
    notify_ = endpoint::no_transaction;
    notifier_.on_answer(0, std::nullopt, now());
    drain();
  }

  Subscriptions& owner_;
  const Number number_;
  EventPackage& package_;
  const std::string aor_, event_;
  endpoint::Flow flow_;
  std::optional<sip::Dialog> dialog_;
  sip::Notifier notifier_;
  sip::DueNotify due_;
  endpoint::TransactionId notify_ = endpoint::no_transaction;
  std::uint32_t version_ = 0;
  bool watching_ = false, beyond_proxies_ = false;
  io::Timer timer_;
};

Subscriptions::Subscriptions(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator,
                             const endpoint::Accounts& accounts)
    : endpoint_{endpoint}, authenticator_{authenticator}, accounts_{accounts} {}

Subscriptions::~Subscriptions() {
  *alive_ = false;
  for (auto& [number, subscription] : subscriptions_) subscription->leave();
}

EventPackage* Subscriptions::package_of(const sip::Message& request) const {
  const auto event = request.get<sip::Event>();
  if (!event) return nullptr;
  const auto found = std::ranges::find_if(packages_, [&](const EventPackage* package) { return event->is(package->name()); });
  return found == packages_.end() ? nullptr : *found;
}

void Subscriptions::refuse_event(endpoint::TransactionId id, const sip::Message& request) {
  constexpr int bad_event = 489;
  auto response = sip::Message::response(request, bad_event, {}, endpoint_.new_tag());
  std::string list = "refer";
  for (const auto* package : packages_) list.append(", ").append(package->name());
  response.add("Allow-Events", list);
  endpoint_.respond(id, response);
}

void Subscriptions::on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) {
  constexpr int bad_request = 400, forbidden = 403, not_found = 404, not_acceptable = 406, unavailable = 503;
  auto* package = package_of(request);
  if (!package) return refuse_event(id, request);
  const auto admission = admissions_.of(endpoint_.point(from.point).profile);
  const auto uri = sip::Uri::parse(request.request_uri());
  const auto sender = request.get<sip::From>();
  if (!uri || !sender) return endpoint_.respond(id, request, bad_request);
  const auto outcome = admission.admit(authenticator_, id, request, from, sender->uri);
  if (outcome.verdict != endpoint::Authenticator::Verdict::accepted) return;
  const auto user = uri->user_decoded();
  auto domain = base::lowered(admission.domain_of(*uri));
  const auto named = accounts_.find(user, domain);
  if (user.empty() || !named) return endpoint_.respond(id, request, not_found);
  // Where somebody is, is nobody else's business.
  const auto& account = outcome.account;
  if (!account.user.empty() && (account.user != named->user || !base::same(account.domain, named->domain)))
    return endpoint_.respond(id, request, forbidden);
  if (!accepts(request, package->content_type())) return endpoint_.respond(id, request, not_acceptable);
  // Aliases of a domain are one domain, as for the registrar.
  if (admission.domain.empty() && !account.domain.empty()) domain = base::lowered(account.domain);
  const auto aor = location::address_of_record(user, domain);
  if (subscriptions_.size() >= subscriptions_max || by_resource_.count(aor) >= watchers_max)
    return endpoint_.respond(id, request, unavailable);

  const Number number = ++made_;
  auto& fresh = subscriptions_[number];
  fresh = std::make_unique<Subscription>(*this, number, *package, aor, std::string{request.text_of("Event").value_or("")}, from);
  by_resource_.emplace(aor, number);
  if (!fresh->begin(id, request)) erase(number);
}

void Subscriptions::on_change(const EventPackage& package, const std::string& aor) {
  std::vector<Number> concerned;
  const auto [first, last] = by_resource_.equal_range(aor);
  for (auto it = first; it != last; ++it) concerned.push_back(it->second);
  for (const auto number : concerned)
    if (const auto found = subscriptions_.find(number); found != subscriptions_.end() && &found->second->package() == &package)
      found->second->on_change();
}

void Subscriptions::describe(Number number, EventPackage& package, const std::string& aor, std::uint32_t version) {
  package.describe(aor, version, [this, lives = alive_, number](const std::string& document) {
    if (!*lives) return;
    if (const auto found = subscriptions_.find(number); found != subscriptions_.end()) found->second->on_described(document);
  });
}

/// We are inside one of its calls: it goes after this turn's work.
void Subscriptions::erase(Number number) {
  auto node = subscriptions_.extract(number);
  if (node.empty()) return;
  node.mapped()->leave();
  node.mapped()->stop_watching();
  const auto [first, last] = by_resource_.equal_range(node.mapped()->aor());
  const auto entry = std::find_if(first, last, [number](const auto& one) { return one.second == number; });
  if (entry != last) by_resource_.erase(entry);
  endpoint_.shard().post(endpoint_.shard().id(), [dead = std::move(node.mapped())] {});
}

}  // namespace presence
