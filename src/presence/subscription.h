// presence/subscription.h - one subscription of somebody to one resource, or to a list of them: its dialog and its NOTIFYs.
//
// When to notify is decided by sip::Notifier; what a NOTIFY says by the event package, from what the resource is and what
// the watcher knows of it. A part of Subscriptions.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "endpoint/sip_endpoint.h"
#include "presence/kept_subscription.h"
#include "presence/state_agent.h"
#include "sip/subscription/notifier.h"
#include "store/write_behind.h"

namespace presence {

class Subscription : public endpoint::RequestHandler, endpoint::ClientUser {
 public:
  using Number = std::uint64_t;
  /// Whoever keeps it. Nothing is called from within its constructor.
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual endpoint::SipEndpoint& endpoint() = 0;
    virtual StateAgent& agent() = 0;
    /// Where it is kept over a restart; null: nowhere.
    virtual store::Items* items() = 0;
    /// It can go; not from within this call.
    virtual void on_over(Number number) = 0;
  };
  struct Subject {
    const EventPackage* package;
    std::string event;                  ///< The Event header as it was written.
    std::string aor;                    ///< Of the resource, or the name of the list.
    std::vector<std::string> members{};  ///< Addresses of record; empty: no list.
    std::string watcher{};              ///< URI
  };

  /// CSeq numbers that may be used before the row is written again.
  static constexpr std::uint32_t cseq_reserve = 1000;

  Subscription(Owner& owner, Number number, Subject subject, const sip::SubscriptionLimits& limits, const endpoint::Flow& from);
  ~Subscription() override;

  /// Answers the SUBSCRIBE. False: it was refused.
  bool begin(endpoint::TransactionId id, const sip::Message& request);
  /// Goes on with what was kept, which has `left` to go. False: it is no dialog.
  bool resume(const KeptSubscription& kept, std::chrono::seconds left);
  void on_state(const std::string& aor, const State& state);
  /// Nothing calls it any more after this.
  void leave();
  /// Nobody has to be told on its behalf any more, not even after a restart.
  void stop_watching();

  const Subject& subject() const { return subject_; }
  /// What it watches: itself, or the members of a list.
  std::vector<std::string> watched() const;

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  /// One resource as the watcher knows it.
  struct Part {
    std::string aor;
    State now;       // null: not known yet
    State told;      // null: everything has to be said
    State sent;      // in the NOTIFY that is under way
    std::uint32_t version = 0;
    bool news(const EventPackage& package) const;
  };

  void keep();
  base::Time now();
  std::string contact();
  sip::Message answer_to(const sip::Message& request, const sip::Notifier::Answer& answer, std::string_view tag = {});
  void watch();
  void drain();
  void send_when_known();
  void send();
  std::string document_of(Part& part);
  void set_body(sip::Message& notify);
  void on_result(int status, std::optional<std::chrono::seconds> retry_after);
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;

  Owner& owner_;
  endpoint::SipEndpoint& endpoint_;
  const Number number_;
  const Subject subject_;
  const EventPackage::Spec& package_;
  const base::Duration gap_;
  endpoint::Flow flow_;
  std::optional<sip::Dialog> dialog_;
  sip::Notifier notifier_;
  std::optional<sip::DueNotify> due_;
  endpoint::TransactionId notify_ = endpoint::no_transaction;
  std::vector<Part> parts_;
  std::uint32_t list_version_ = 0, reserved_ = 0;
  bool whole_ = true;  // the next NOTIFY says everything
  bool watching_ = false, beyond_proxies_ = false;
  io::Timer timer_;
};

}  // namespace presence
