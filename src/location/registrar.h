// location/registrar.h - REGISTER: RFC 3261 section 10.3, with Path (RFC 3327) and the replacement rule of RFC 5626.
//
// A REGISTER arrives on the shard that owns its user. Who it is from is asked before anything else is done; then it is
// carried out as a whole or not at all.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "endpoint/authenticator.h"
#include "location/location.h"
#include "sip/header/to.h"

namespace location {

/// What a profile wants of registrations. Durations of 0 mean: no such rule.
struct RegistrarSettings {
  bool disabled = false;                     ///< disable-register: 403
  bool accept_blind = false;                 ///< accept-blind-reg: nobody is asked for credentials
  std::function<bool(const base::Ip&)> trusted;  ///< apply-register-acl: from there nobody is asked
  std::string realm = "auto_to";             ///< challenge-realm: auto_to, auto_from or a name
  std::string domain;                        ///< force-register-domain: stands for the domain of To
  bool own_name_only = true;                 ///< inbound-reg-force-matching-username: else 403
  bool multiple = false;                     ///< multiple-registrations; false: new contacts replace others
  std::size_t registrations_max = 0;         ///< max-registrations-per-extension; 0: bindings_max
  std::chrono::seconds expires_forced{0};    ///< sip-force-expires
  std::chrono::seconds expires_min{0};       ///< asked for less: 423
  std::chrono::seconds expires_max{0};       ///< asked for more: gets this
  std::chrono::seconds late_margin{0};       ///< sip-expires-late-margin: how long a binding outlives what was agreed
};

class Registrar : public endpoint::RequestHandler {
 public:
  /// When neither the contact nor the request says (RFC 3261 section 10.2.1.1 leaves it to us).
  static constexpr std::chrono::seconds expires_default{3600};
  /// Nobody gets more, whatever is configured.
  static constexpr std::chrono::seconds expires_most{7 * 24 * 3600};
  /// Flow-Timer (RFC 5626 section 5.4): how often a phone with an outbound flow has to be heard of. Over a connection it
  /// is for NATs; what is dead is found by TCP's own probes.
  static constexpr std::chrono::seconds flow_timer_stream{120}, flow_timer_datagram{28};
  /// RFC 3261 section 10.3 step 7: who asks for an hour or more is never told that it is too brief.
  static constexpr std::chrono::seconds never_too_brief{3600};

  Registrar(endpoint::SipEndpoint& endpoint, endpoint::Authenticator& authenticator, const endpoint::Accounts& accounts,
            Location& location)
      : endpoint_{endpoint}, authenticator_{authenticator}, accounts_{accounts}, location_{location} {}

  /// For requests from now on. A profile without settings has the defaults.
  void set_settings(const std::string& profile, RegistrarSettings settings);

  void on_request(endpoint::TransactionId id, sip::Message request, const endpoint::Flow& from) override;

 private:
  struct Request;

  const RegistrarSettings& settings_of(const endpoint::Flow& from) const;
  /// False: answered.
  bool authorize(Request& request);
  bool read_contacts(Request& request);
  bool check_outbound(Request& request);
  bool read_contact(Request& request, const sip::Contact& contact, std::string_view path);
  bool agree_expires(Request& request, const sip::Contact& contact, std::chrono::seconds& expires);
  void refuse(Request& request, int status, std::string_view reason = {});
  void accept(Request& request);

  endpoint::SipEndpoint& endpoint_;
  endpoint::Authenticator& authenticator_;
  const endpoint::Accounts& accounts_;
  Location& location_;
  std::unordered_map<std::string, RegistrarSettings> settings_;
};

}  // namespace location
