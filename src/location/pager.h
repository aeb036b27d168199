// location/pager.h - short messages: MESSAGE outside dialogs, from and to registered users. RFC 3428.
//
// The message goes to every contact of the user it is for, each with a transaction of its own, its body untouched; the sender
// gets the best answer of them. Nothing is kept for somebody who is away: 480.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "endpoint/authenticator.h"
#include "endpoint/sip_endpoint.h"
#include "location/location_service.h"

namespace location {

class Pager : public endpoint::RequestHandler {
 public:
  struct Settings {
    bool authenticate = true;
    std::string domain;  ///< Of users, whatever the request says; empty: as it says.
    std::string realm;   ///< Empty: the domain.
    std::function<bool(const base::Ip&)> trusted{};  ///< apply-inbound-acl: from there nobody is asked for credentials
  };
  /// Contacts a message goes to.
  static constexpr std::size_t contacts_max = 10;

  Pager(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, const endpoint::Accounts& accounts,
        LocationService& location)
      : endpoint_{endpoint}, authenticator_{authenticator}, accounts_{accounts}, location_{location} {}
  ~Pager() override { *alive_ = false; }

  /// By profile; for requests from now on.
  void set_settings(const std::string& profile, Settings settings) { settings_[profile] = std::move(settings); }
  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  class Delivery;

  void deliver(endpoint::TransactionId id, const sip::Message& request, const std::vector<Binding>& bindings);

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  const endpoint::Accounts& accounts_;
  LocationService& location_;
  std::unordered_map<std::string, Settings> settings_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace location
