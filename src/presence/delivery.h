// presence/delivery.h - one short message on its way to all contacts of its receiver. RFC 3428.
//
// Each contact gets a transaction of its own, the body untouched; the answer is the best of theirs, told as soon as it is
// certain. It lingers in the endpoint until the last has answered.
#pragma once
#include <vector>

#include "endpoint/sip_endpoint.h"
#include "location/binding.h"

namespace presence {

class Delivery : public endpoint::Lingering, endpoint::ClientUser {
 public:
  /// Contacts a message goes to.
  static constexpr std::size_t contacts_max = 10;

  /// Once, with a final status; it may be called after whoever asked has gone.
  using Done = base::Function<void(int status)>;

  /// `bindings` are not empty.
  static void begin(endpoint::SipEndpoint& endpoint, sip::Message message, const std::vector<location::Binding>& bindings, Done done);

  Delivery(endpoint::SipEndpoint& endpoint, sip::Message message, Done done)
      : endpoint_{endpoint}, message_{std::move(message)}, done_{std::move(done)} {}
  bool finished() const override { return waiting_ == 0; }

 private:
  void send(const std::vector<location::Binding>& bindings);
  sip::Message copy_for(const location::Binding& binding) const;
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;
  void count(int status);

  endpoint::SipEndpoint& endpoint_;
  sip::Message message_;
  Done done_;
  std::size_t waiting_ = 0;
  int best_ = 0;
  bool told_ = false;
};

}  // namespace presence
