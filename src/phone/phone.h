// phone/phone.h - a SIP telephone as an object: it registers, calls, answers by rule, plays, listens and judges.
//
// Stands on a shard that is alone in its world (one shard of the engine, one of the simulated host): its SIP endpoint
// has no sisters to hand messages to. Errors come as states and verdicts; nothing throws.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "phone/call.h"
#include "sip/digest.h"

namespace phone {

struct Account {
  std::string user;
  std::string password;
  std::string domain;             ///< Empty: the server's address.
  std::string display_name;
};

struct Options {
  Account account;
  base::Address local;            ///< Of SIP; port 0: any. Media uses the same address.
  base::Address server;           ///< Registrar and outbound proxy.
  endpoint::Transport transport = endpoint::Transport::udp;
  std::shared_ptr<io::Credentials> credentials;  ///< For TLS and WSS; not needed in the simulated world.
  std::uint16_t rtp_first = 40'000, rtp_last = 40'199;
  std::vector<sdp::Codec> codecs;  ///< Empty: PCMU, PCMA.
  std::chrono::seconds expires{600};
  Reception reception;
  Script script;
};

class Phone : endpoint::RequestHandler, endpoint::ClientUser {
 public:
  /// After a registration failed for a reason that may pass.
  static constexpr base::Duration retry = std::chrono::seconds{30};
  static constexpr std::size_t calls_max = 64;  ///< At once; more get 486.

  Phone(io::Shard& shard, Options options);
  Phone(const Phone&) = delete;
  Phone& operator=(const Phone&) = delete;
  ~Phone() override;

  /// Opens the SIP port; before anything else.
  base::Result<void, io::Reason> open();
  const base::Address& local() const { return options_.local; }

  /// Registers and keeps it so, until unregister().
  void register_now();
  void unregister();
  bool registered() const { return registered_; }
  /// The last final status to a REGISTER; 0: none, or nobody answered.
  int registration_status() const { return registration_status_; }

  /// A number, a user, or a URI; `script` instead of that of the options.
  Call& dial(std::string_view target);
  Call& dial(std::string_view target, Script script);
  /// All calls, oldest first, those over included.
  const std::vector<std::unique_ptr<Call>>& calls() const { return calls_; }
  /// The newest; null before there is one.
  Call* last_call() const { return calls_.empty() ? nullptr : calls_.back().get(); }

  std::function<void(Phone&)> on_registration;  ///< It changed, or failed.
  std::function<void(Call&)> on_incoming;
  std::function<void(Call&)> on_call_changed;   ///< Of any call.

 private:
  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;
  void on_response(endpoint::TransactionId id, const sip::Message& response) override;
  void on_failure(endpoint::TransactionId id, sip::End why) override;

  Call& make_call(Script script);
  endpoint::Flow flow() const { return {0, options_.transport, options_.server, {}, verified_}; }
  std::string domain() const;
  std::string own_address() const;
  void send_register();
  void registration_over(int status, std::chrono::seconds expires);

  io::Shard& shard_;
  Options options_;
  endpoint::SipEndpoint endpoint_;
  call::PortPool ports_;
  call::MediaOptions media_;
  sip::Responder responder_;
  std::vector<std::unique_ptr<Call>> calls_;

  bool wants_registration_ = false;
  bool registered_ = false;
  int registration_status_ = 0;
  std::chrono::seconds expires_;
  std::shared_ptr<const std::string> verified_;  ///< Our domain, over TLS.
  std::string register_call_id_, register_tag_;
  std::uint32_t register_cseq_ = 0;
  endpoint::TransactionId register_out_ = endpoint::no_transaction;
  io::Timer register_timer_;
};

}  // namespace phone
