// presence/pager.h - short messages: MESSAGE outside dialogs, from and to registered users. RFC 3428.
//
// The message goes to every contact of the user it is for, each with a transaction of its own, its body untouched; the sender
// gets the best answer of them. Nothing is kept for somebody who is away: 480.
#pragma once
#include <memory>
#include <string>

#include "location/location_service.h"
#include "presence/reception.h"

namespace presence {

class Pager : public endpoint::RequestHandler {
 public:
  /// Contacts a message goes to.
  static constexpr std::size_t contacts_max = 10;

  Pager(Reception& reception, location::LocationService& location)
      : endpoint_{reception.endpoint()}, reception_{reception}, location_{location} {}
  ~Pager() override { *alive_ = false; }

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  class Delivery;

  void deliver(endpoint::TransactionId id, const sip::Message& request, const std::vector<location::Binding>& bindings);

  endpoint::SipEndpoint& endpoint_;
  Reception& reception_;
  location::LocationService& location_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
