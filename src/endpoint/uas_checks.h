// endpoint/uas_checks.h - what every user agent server checks before it looks at the method's meaning.
//
// RFC 3261 section 8.2, in its order: method, request URI, Require, content; plus Max-Forwards for a back-to-back
// agent.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sip/message.h"

namespace endpoint {

struct Refusal {
  int status;
  std::string_view reason;
  /// Headers that say what would have been right: Allow, Unsupported, Accept.
  std::vector<std::pair<std::string_view, std::string>> headers;
};

struct UasChecks {
  std::vector<sip::Method> allowed;    ///< Methods with a handler; ACK and CANCEL need not be named.
  std::vector<std::string> supported;  ///< Option tags.

  std::string allow() const;
  std::string supported_list() const;
  /// INVITE, UPDATE, PRACK, ACK: of several bodies only the session description stays; a body that may be ignored goes.
  static std::optional<Refusal> unwrap(sip::Message& request);
  /// Of a sips URI that was not reached by TLS; for user agents and proxies. Empty: go on.
  static std::optional<Refusal> check_hop(const sip::Message& request, bool secure);
  /// Empty: go on.
  std::optional<Refusal> check(const sip::Message& request) const;
};

}  // namespace endpoint
