// call/gateway.h - what a gateway (a SIP provider's account, <gateway> of a profile) means for calls.
//
// Made by main from the configuration. Whether it is registered and answers is location's business (location/gateway.h).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "call/variables.h"
#include "sip/digest.h"
#include "sip/uri.h"

namespace call {

struct Gateway {
  std::string name;
  std::string profile;

  sip::Uri proxy;                        ///< where requests go and what they are addressed to
  std::optional<sip::Uri> outbound_proxy;  ///< the first hop, as Route
  std::string from_user, from_domain;    ///< of From and To
  bool caller_id_in_from = false;        ///< the caller's number is the user of From
  sip::Responder::Account account;       ///< answers 401 and 407
  /// The user of our Contact (gw+NAME, or the extension), and its parameters: ";gw=NAME" and contact-params.
  std::string contact_user, contact_params;

  std::string context;                   ///< of calls that come in; empty: the profile's
  std::string extension;                 ///< what they dial: a number, "auto" (as asked), "auto_to_user"
  Variables inbound, outbound;

  std::function<bool(const base::Ip&)> auth_acl{};  ///< gw-auth-acl: its calls come from there; empty: not said
  std::vector<base::Ip> addresses;                  ///< its own, as far as they are written as addresses; and
  std::function<bool(const base::Ip&)> resolves_to{};  ///< ... what its names mean now

  /// Whether a call by its Contact that comes from `source` is the provider's (RFC 3325: part of our trust domain).
  bool trusts(const base::Ip& source) const;

  /// Our Contact where `at` reaches us.
  sip::Uri contact(const sip::Uri& at) const;
};

/// The user of request URIs that come in by a gateway's Contact.
inline constexpr std::string_view gateway_user_prefix = "gw+";

}  // namespace call
