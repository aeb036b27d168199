// call/switch.h - the calls of one shard: where legs are born, found, and reaped.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/metrics.h"
#include "base/text.h"
#include "call/leg.h"
#include "call/spend_guard.h"
#include "endpoint/authenticator.h"
#include "endpoint/sip_endpoint.h"

namespace call {

/// Decides what happens to a new inbound leg: runs its dialplan.
class Router {
 public:
  virtual ~Router() = default;
  virtual void route(Leg& leg) = 0;
  /// Sends a leg somewhere else: one with a running dialplan is interrupted, another gets one.
  virtual void transfer(Leg& leg, const Leg::Target& target) = 0;
  /// Runs one application on a leg: at once when the leg runs nothing or the application never waits, else after what
  /// it is running. The leg is held meanwhile.
  virtual base::Task<void> execute(Leg& leg, std::string application, std::string data) = 0;
  /// Whether a leg that runs this application has got where it was sent: it is heard there, and nobody else is called.
  virtual bool serves(std::string_view application) const = 0;
};

/// Sees what happens to calls; never changes it. Events, call records and the journal are such observers.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_created(const Leg&) {}
  /// The leg has a dialog: its SIP messages carry this Call-ID.
  virtual void on_dialog(const Leg&, std::string_view /*call_id*/) {}
  virtual void on_progress(const Leg&) {}
  virtual void on_execute(const Leg&, std::string_view /*application*/, std::string_view /*data*/) {}
  virtual void on_executed(const Leg&, std::string_view /*application*/) {}
  virtual void on_bridge(const Leg& /*a*/, const Leg& /*b*/) {}
  virtual void on_unbridge(const Leg& /*a*/, const Leg& /*b*/) {}
  virtual void on_digit(const Leg&, char) {}
  /// A call of `account` to `number` was not begun: a spend limit is reached. Null: it has no caller.
  virtual void on_spend_stopped(const Leg* /*caller*/, std::string_view /*account*/, std::string_view /*number*/,
                                std::string_view /*limit*/) {}
  /// The call is up, and nothing comes from that party; `expected`: the address it should come from.
  virtual void on_unheard(const Leg&, const std::optional<base::Address>& /*expected*/) {}
  /// The leg's facts are final; it may still be looked at.
  virtual void on_hangup(const Leg&) {}
  virtual void on_destroyed(const Leg&) {}
};

struct SwitchOptions {
  std::uint32_t max_sessions = 1000;          ///< Legs on this shard; more get 503.
  std::uint32_t sessions_per_second = 0;      ///< New inbound calls; 0: no limit.
};

class Links;
class Referrals;

class Switch : endpoint::RequestHandler {
 public:
  Switch(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, PortPool& ports, Router& router);
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;
  ~Switch() override;

  /// Profiles live until the switch dies; a reload adds new ones for new calls.
  void set_profiles(std::vector<std::shared_ptr<const Profile>> profiles);
  const Profile* profile(std::string_view name) const;
  const Profile* profile_of(endpoint::PointId point) const;
  const std::vector<std::shared_ptr<const Profile>>& profiles() const { return profiles_; }
  void set_options(const SwitchOptions& options) { options_ = options; }
  void add_observer(Observer& observer) { observers_.push_back(&observer); }
  template <class Tell>
  void tell(Tell tell) {
    for (auto* observer : observers_) tell(*observer);
  }

  /// A leg for an outgoing call; null when max_sessions is reached. It lives on while held, running, or not hung up.
  Leg* create_outbound(const Profile& profile, const base::Ip& peer, std::string uuid = {});
  Leg* find(std::string_view uuid);
  std::size_t count() const { return legs_.size(); }
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [uuid, leg] : legs_) visit(*leg);
  }
  void hang_up_all(Cause cause);
  /// The leg whose dialog that is (RFC 3891: `to_tag` is ours); null when there is none.
  Leg* find_dialog(std::string_view call_id, std::string_view to_tag, std::string_view from_tag);
  /// New calls get 503; present ones go on.
  void pause_inbound(bool paused) { paused_ = paused; }
  void set_spend_limits(std::vector<SpendLimit> limits) { spend_.set_limits(std::move(limits)); }
  /// Whether a call to `number` may be begun for `account` (payer_of); counts it. `caller` may be null.
  bool may_spend(const std::string& account, std::string_view number, const Leg* caller);
  std::uint64_t sessions_since_start() const { return sessions_since_start_; }

  /// The switches of all shards, in the order of shards; before the first call.
  void join(const std::vector<Switch*>& all);
  /// Bridges between shards.
  Links& links() { return *links_; }
  /// Transfers that are on their way.
  Referrals& referrals() { return *referrals_; }
  /// The switch of the shard that owns the dialogs of a Call-ID; to be touched on that shard only.
  Switch& owner_of(std::string_view call_id);

  /// Runs a coroutine that belongs to no leg (originate without a caller); owned here until it is done.
  void run(base::Task<void> task);

  io::Shard& shard() { return endpoint_.shard(); }
  endpoint::SipEndpoint& endpoint() { return endpoint_; }
  PortPool& ports() { return ports_; }
  Router& router() { return router_; }

 private:
  friend class Leg;
  friend class LegHold;

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;
  bool admit(endpoint::TransactionId id, const sip::Message& invite);

  /// Who a call is from: a user with credentials, or an address that a list lets in. In inbound.cc.
  struct Origin {
    endpoint::Account account;   ///< Of the user; empty: none is known.
    std::string acl, acl_user;   ///< The list, and the user whose address it is.
    bool trusted = false;        ///< Of our trust domain (RFC 3325).
    const Gateway* gateway = nullptr;  ///< A trusted one: our account with it answers its challenges.
  };
  /// Nothing: answered.
  std::optional<Origin> identify(endpoint::TransactionId id, const sip::Message& invite, const endpoint::Flow& from,
                                 const Profile& profile);
  static void apply(Leg& leg, const Origin& origin);

  /// While it has a session, a leg is found by its dialog.
  void add_dialog(Leg& leg);
  void remove_dialog(const Leg& leg);
  /// Looks whether `leg` can go; asked whenever one of the reasons to stay ends.
  void reap_later(const std::string& uuid);
  void reap(const std::string& uuid);

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  PortPool& ports_;
  Router& router_;
  SwitchOptions options_;
  SpendGuard spend_;
  std::vector<std::shared_ptr<const Profile>> profiles_;
  std::vector<Observer*> observers_;
  std::unordered_map<std::string, std::unique_ptr<Leg>, base::TextHash, std::equal_to<>> legs_;
  std::unordered_multimap<std::size_t, Leg*> dialogs_;  // by hash of Call-ID and our tag
  std::vector<base::Task<void>> tasks_;
  std::vector<Switch*> all_;
  std::unique_ptr<Links> links_;
  std::unique_ptr<Referrals> referrals_;
  base::Time second_began_{};
  std::uint32_t begun_in_second_ = 0;
  std::uint64_t sessions_since_start_ = 0;
  bool paused_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Whom a call is counted for: the user that showed credentials or whose address it is, else the gateway or the address it
/// comes from.
std::string payer_of(const Variables& variables, const CallerProfile& caller);
std::string payer_of(const Leg* caller);

/// Fills profile and variables of an inbound leg from its INVITE (FreeSWITCH's names).
/// `trusted`: what it asserts of its caller is believed (RFC 3325).
void describe_caller(Leg& leg, const sip::Message& invite, const endpoint::Flow& from, bool trusted);

}  // namespace call
