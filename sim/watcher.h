// sim/watcher.h - a user agent that watches: many subscriptions on one endpoint, each NOTIFY answered at once.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "endpoint/sip_endpoint.h"
#include "sim/world.h"

namespace sim {

class Watcher {
 public:
  class Subscription;
  /// The body of a NOTIFY that came in order, and its Subscription-State.
  using Heard = std::function<void(Subscription& subscription, const sip::Message& notify)>;

  class Subscription : public endpoint::RequestHandler, endpoint::ClientUser {
   public:
    Subscription(Watcher& owner, std::string uri, std::string event);
    ~Subscription() override;
    const std::string& uri() const { return uri_; }
    /// The final status of the last SUBSCRIBE; 0: none yet, or none came.
    int status() const { return status_; }
    std::uint32_t last_cseq() const { return cseq_in_; }
    const std::string& state() const { return state_; }
    std::vector<std::string> bodies;

   private:
    friend class Watcher;
    void send(std::uint32_t expires, const std::vector<std::pair<std::string, std::string>>& more);
    void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;
    void on_response(endpoint::TransactionId id, const sip::Message& response) override;
    void on_failure(endpoint::TransactionId, sip::End) override { asked_ = endpoint::no_transaction; }

    Watcher& owner_;
    const std::string uri_, event_, call_id_, tag_;
    std::string to_, state_;
    std::uint32_t cseq_ = 0, cseq_in_ = 0;
    int status_ = 0;
    endpoint::TransactionId asked_ = endpoint::no_transaction;
  };

  Watcher(Host& host, std::string user, const base::Address& server, std::uint16_t port = 5060, std::uint16_t shard = 0);

  Subscription& subscribe(const std::string& uri, const std::string& event, std::uint32_t expires = 3600,
                          const std::vector<std::pair<std::string, std::string>>& more = {});
  /// In its dialog. 0 ends it.
  void refresh(Subscription& subscription, std::uint32_t expires) { subscription.send(expires, {}); }
  std::vector<std::unique_ptr<Subscription>>& subscriptions() { return subscriptions_; }
  Heard on_notify;
  /// What a NOTIFY is answered with.
  int answer = 200;

 private:
  base::Address server_, address_;
  std::string user_;
  std::unique_ptr<endpoint::SipEndpoint> endpoint_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
};

}  // namespace sim
