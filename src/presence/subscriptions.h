// presence/subscriptions.h - SUBSCRIBE and NOTIFY: the notifier's side of RFC 6665 for every event package of ours.
//
// A subscription is a dialog and lives on the shard of its Call-ID; what it is about lives on the shard of the user, and
// its package fetches it from there. When to notify is decided by sip::Notifier.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "location/admission.h"
#include "presence/event_package.h"
#include "sip/subscription/notifier.h"

namespace presence {

class Subscriptions : public endpoint::RequestHandler {
 public:
  /// Subscriptions of one shard; a further one gets 503.
  static constexpr std::size_t subscriptions_max = 100'000;
  /// Of those, about one user; a further one gets 503 too. Each change of the user is told to all of them.
  static constexpr std::size_t watchers_max = 100;

  Subscriptions(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, const endpoint::Accounts& accounts);
  ~Subscriptions() override;

  /// Before anything is subscribed to; it outlives this.
  void add(EventPackage& package) { packages_.push_back(&package); }
  void set_admission(const std::string& profile, location::Admission admission) { admissions_.set(profile, std::move(admission)); }
  void set_limits(const sip::SubscriptionLimits& limits) { limits_ = limits; }

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;
  /// Something about `aor` has changed that the package watches.
  void on_change(const EventPackage& package, const std::string& aor);
  std::size_t count() const { return subscriptions_.size(); }

 private:
  class Subscription;
  using Number = std::uint64_t;

  EventPackage* package_of(const sip::Message& request) const;
  /// Answers 489 with the packages that there are.
  void refuse_event(endpoint::TransactionId id, const sip::Message& request);
  void describe(Number number, EventPackage& package, const std::string& aor, std::uint32_t version);
  void erase(Number number);

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  const endpoint::Accounts& accounts_;
  std::vector<EventPackage*> packages_;
  location::Admissions admissions_;
  sip::SubscriptionLimits limits_;
  Number made_ = 0;
  std::map<Number, std::unique_ptr<Subscription>> subscriptions_;
  std::multimap<std::string, Number, std::less<>> by_resource_;  // address of record
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
