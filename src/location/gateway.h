// location/gateway.h - one gateway on the shard that owns it: registered there, pinged, and its state told to all.
//
// The machines are sip::Registration and sip::Ping; this file sends what they ask for and tells them what came back.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "endpoint/sip_endpoint.h"
#include "sip/digest.h"
#include "sip/ping.h"
#include "sip/registration.h"
#include "sip/uri.h"

namespace location {

struct GatewayOptions {
  std::string name, profile;
  endpoint::PointId point = 0;
  sip::Uri registrar;                ///< request URI of REGISTER and OPTIONS
  std::optional<sip::Uri> first_hop;  ///< register-proxy or outbound-proxy: where they go, as Route
  std::vector<sip::Uri> names;       ///< of the provider, that are no addresses: where they lead is in its status
  sip::Uri address;                  ///< From and To
  sip::Responder::Account account;
  /// The gateway's Contact where that URI reaches us.
  std::function<sip::Uri(const sip::Uri&)> contact;
  std::string user_agent;
  sip::Registration::Options registration;
  sip::Ping::Options ping;
};

/// What others may know of it; a value for every shard.
struct GatewayStatus {
  std::string name, profile;
  sip::Registration::State state = sip::Registration::State::noreg;
  bool up = true;
  sip::Uri contact;                       ///< ours
  std::chrono::seconds expires{}, granted{};
  int failures = 0;
  std::uint32_t ping_min = 0, ping_count = 0, ping_max = 0;
  base::Duration ping_interval{}, round_trip{};
  base::Time pinged{}, since{};           ///< last ping; last change of up
  std::vector<base::Ip> addresses;        ///< what the provider's names mean now
  std::uint64_t calls_in = 0, calls_out = 0, failed_in = 0, failed_out = 0;
};

class Gateway : endpoint::ClientUser {
 public:
  using Tell = base::Function<void(const GatewayStatus&)>;
  /// The names are looked up this often, and after each registration; who asks too early is answered from memory until the
  /// TTL is over.
  static constexpr base::Duration look_up_interval = std::chrono::minutes{1};

  Gateway(endpoint::SipEndpoint& endpoint, GatewayOptions options, Tell tell);
  ~Gateway() override;

  const GatewayOptions& options() const { return options_; }
  void register_now();
  void unregister();
  /// A call by it is over; `failed`: nobody answered.
  void count_call(bool inbound, bool failed);
  /// Nothing of it is under way and it is not registered: it may go.
  bool at_rest() const { return register_out_ == endpoint::no_transaction && ticket_ == endpoint::Resolver::no_ticket; }

 private:
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;
  void on_moved(endpoint::TransactionId id, const endpoint::Flow& flow, const sip::Message& request) override;

  void work();
  void send(sip::Method method, std::vector<endpoint::Flow> flows);
  sip::Message make(sip::Method method, const endpoint::Flow& flow);
  void on_register_reply(const sip::Message* response);
  void on_ping_reply(int status);
  std::chrono::seconds granted_in(const sip::Message& response) const;
  void resolve(sip::Method method);
  void look_up_names();
  void on_name(std::size_t which, const std::vector<endpoint::Flow>& flows);
  void tell();

  endpoint::SipEndpoint& endpoint_;
  io::Shard& shard_;
  GatewayOptions options_;
  Tell tell_;
  sip::Registration registration_;
  sip::Ping ping_;
  sip::Responder responder_;
  std::string call_id_, tag_;
  std::uint32_t cseq_ = 0;
  std::chrono::seconds asked_{0};
  bool again_ = false;  // something else is wanted than what the REGISTER under way asks for
  endpoint::TransactionId register_out_ = endpoint::no_transaction, ping_out_ = endpoint::no_transaction;
  endpoint::Resolver::Ticket ticket_ = endpoint::Resolver::no_ticket, ping_ticket_ = endpoint::Resolver::no_ticket;
  struct Name {
    std::vector<base::Ip> addresses;
    endpoint::Resolver::Ticket ticket = endpoint::Resolver::no_ticket;
  };
  std::vector<Name> names_;  // as in the options
  GatewayStatus status_;
  io::Timer timer_, names_timer_;
};

}  // namespace location
