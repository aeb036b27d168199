// presence/pager.h - short messages: MESSAGE outside dialogs, from and to registered users. RFC 3428.
//
// The message goes to every contact of the user it is for, each with a transaction of its own, its body untouched; the sender
// gets the best answer of them. Nothing is kept for somebody who is away: 480.
#pragma once
#include <memory>
#include <string>

#include "location/admission.h"
#include "location/location_service.h"

namespace presence {

class Pager : public endpoint::RequestHandler {
 public:
  /// Contacts a message goes to.
  static constexpr std::size_t contacts_max = 10;

  Pager(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, const endpoint::Accounts& accounts,
        location::LocationService& location)
      : endpoint_{endpoint}, authenticator_{authenticator}, accounts_{accounts}, location_{location} {}
  ~Pager() override { *alive_ = false; }

  /// For requests from now on.
  void set_admission(const std::string& profile, location::Admission admission) { admissions_.set(profile, std::move(admission)); }
  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  class Delivery;

  void deliver(endpoint::TransactionId id, const sip::Message& request, const std::vector<location::Binding>& bindings);

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  const endpoint::Accounts& accounts_;
  location::LocationService& location_;
  location::Admissions admissions_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace presence
