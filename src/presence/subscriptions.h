// presence/subscriptions.h - SUBSCRIBE outside dialogs: the notifier's side of RFC 6665 for every event package of ours.
//
// A subscription is a dialog and lives on the shard of its Call-ID; what it is about lives on the shard of the user, and
// comes from there by StateAgent.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "presence/reception.h"
#include "presence/subscription.h"

namespace presence {

class Subscriptions : public endpoint::RequestHandler, public Audiences, Subscription::Owner {
 public:
  using Number = Subscription::Number;

  /// Subscriptions of one shard; a further one gets 503.
  static constexpr std::size_t subscriptions_max = 100'000;
  /// Of those, about one resource; a further one gets 503 too. Each change of it is told to all of them.
  static constexpr std::size_t watchers_max = 5'000;

  /// After a restart so many go on at a time, so that their NOTIFYs do not come as one burst.
  static constexpr std::size_t resumed_at_once = 200;
  static constexpr base::Duration resume_interval = std::chrono::milliseconds{100};

  /// The users behind a name that is a list, by "user@domain"; empty: it is none.
  using Lists = std::function<std::vector<std::string>(std::string_view name, std::string_view domain)>;

  /// Without `keep` nothing survives the process.
  Subscriptions(Reception& reception, StateAgent& agent, std::unique_ptr<store::Items> keep);
  ~Subscriptions() override;

  /// Those of all shards, in the order of shards; before anything else.
  void join(std::vector<Subscriptions*> all) { all_ = std::move(all); }
  /// On one shard, once: what was kept goes on, each on its shard.
  void restore();

  void set_lists(Lists lists) { lists_ = std::move(lists); }
  /// For subscriptions from now on, by profile.
  void set_limits(const std::string& profile, const sip::SubscriptionLimits& limits) { limits_[profile] = limits; }

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;
  void on_state(const std::string& aor, const State& state, Number number) override;
  std::size_t count() const { return subscriptions_.size(); }

 private:
  endpoint::SipEndpoint& endpoint() override { return reception_.endpoint(); }
  StateAgent& agent() override { return agent_; }
  store::Items* items() override { return keep_.get(); }
  void on_over(Number number) override;

  /// Answers 489 with the packages that there are.
  void refuse_event(endpoint::TransactionId id, const sip::Message& request);
  /// What the request may be about; nullopt: refused.
  std::optional<Subscription::Subject> subject_of(endpoint::TransactionId id, const sip::Message& request,
                                                  const EventPackage& package, const Visit& visit);
  struct Kept {
    KeptSubscription what;
    std::chrono::seconds expires_at;
  };
  void hand_out(const std::vector<store::Item>& items);
  void resume_some();
  void resume(const Kept& kept);
  Subscription& add(Subscription::Subject subject, const sip::SubscriptionLimits& limits, const endpoint::Flow& flow);
  bool has_room(const Subscription::Subject& subject) const;
  sip::SubscriptionLimits limits_of(const endpoint::Flow& flow);
  sip::SubscriptionLimits limits_for(const sip::Message& request, const endpoint::Flow& from);

  Reception& reception_;
  StateAgent& agent_;
  std::unique_ptr<store::Items> keep_;
  std::vector<Subscriptions*> all_;
  Lists lists_;
  std::unordered_map<std::string, sip::SubscriptionLimits> limits_;
  Number made_ = 0;
  std::map<Number, std::unique_ptr<Subscription>> subscriptions_;
  std::unordered_map<std::string, std::vector<Number>, base::TextHash, std::equal_to<>> by_resource_;
  std::deque<Kept> to_resume_;
  io::Timer resume_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
