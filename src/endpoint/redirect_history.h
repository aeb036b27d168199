// endpoint/redirect_history.h - what an INVITE tells of the redirections it follows: History-Info (RFC 7044), Diversion
// (RFC 5806).
//
// A history is told on where the INVITE carries one already: whether there is one, the dialplan has said. Diversions that
// the redirecting server names go on too, as RFC 5806 section 5.3 has it.
#pragma once
#include <string>
#include <vector>

#include "sip/header/diversion.h"
#include "sip/message.h"

namespace endpoint {

/// What the targets of one redirection have in common.
struct RedirectHistory {
  std::string index;                      ///< of the entry that was redirected; empty: there is no history
  std::vector<sip::Diversion> diversions;  ///< empty: none are told

  /// `response` redirects `invite`.
  static RedirectHistory of(const sip::Message& invite, const sip::Message& response);
  /// `invite` goes to its new Request-URI because what was asked before answered `status`.
  void tell(sip::Message& invite, int status) const;
};

}  // namespace endpoint
