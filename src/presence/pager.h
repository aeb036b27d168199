// presence/pager.h - short messages: MESSAGE outside dialogs, from and to users of ours. RFC 3428.
//
// To a registered user it goes at once, and the sender gets the answer; for one who is away it is kept (202), or refused
// (480) where nothing is kept, or no more.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>

#include "presence/message_store.h"
#include "presence/reception.h"

namespace presence {

class Pager : public endpoint::RequestHandler {
 public:
  Pager(Reception& reception, location::LocationService& location, MessageStore& store)
      : endpoint_{reception.endpoint()}, reception_{reception}, location_{location}, store_{store} {}
  ~Pager() override { *alive_ = false; }

  /// How long what comes in by that profile is kept; 0: not at all.
  void set_keeping(const std::string& profile, std::chrono::seconds life) { keeping_[profile] = life; }
  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  std::chrono::seconds life_of(const sip::Message& message, const endpoint::Flow& from) const;
  void deliver(endpoint::TransactionId id, sip::Message request, const std::vector<location::Binding>& bindings);
  void keep(endpoint::TransactionId id, const std::string& aor, sip::Message request, std::chrono::seconds life);

  endpoint::SipEndpoint& endpoint_;
  Reception& reception_;
  location::LocationService& location_;
  MessageStore& store_;
  std::unordered_map<std::string, std::chrono::seconds> keeping_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
