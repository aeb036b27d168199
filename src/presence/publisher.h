// presence/publisher.h - PUBLISH: a user says how it is. RFC 3903, for presence documents.
#pragma once
#include <memory>
#include <string>

#include "presence/reception.h"
#include "presence/state_agent.h"

namespace presence {

class Publisher : public endpoint::RequestHandler {
 public:
  Publisher(Reception& reception, StateAgent& agent) : reception_{reception}, endpoint_{reception.endpoint()}, agent_{agent} {}
  ~Publisher() override { *alive_ = false; }

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  /// False: refused.
  bool check(endpoint::TransactionId id, const sip::Message& request);
  void answer(endpoint::TransactionId id, const sip::Message& request, const sip::EventState::Answer& answer);

  Reception& reception_;
  endpoint::SipEndpoint& endpoint_;
  StateAgent& agent_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
