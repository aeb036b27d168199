// proxy/request_edit.h - what a proxy changes in a request it passes on. RFC 3261 section 16; pure.
#pragma once
#include <string_view>

#include "proxy/target.h"
#include "sip/message.h"

namespace proxy {

/// Section 16.6 step 3: one hop less; 70 when there is none. False: there is no hop left.
bool count_hop(sip::Message& request);

/// Steps 2, 6 and 7: the Request-URI, and the Route where `target` has one. A first Route without `lr` is one of a
/// strict router: it and the Request-URI change places. Answers the URI of the next hop.
sip::Uri address(sip::Message& request, const Target& target);

/// What the next hop is when nothing is changed: the first Route, else the Request-URI. Empty: neither parses.
sip::Uri next_hop(const sip::Message& request);

/// Section 22.3: credentials for our realm are nobody else's business.
void remove_credentials(sip::Message& request, std::string_view realm);

/// RFC 5393 section 4: what the request looked like when it came, as the end of a branch of ours: ".<16 digits>". One
/// that comes back looking the same is in a loop; one that has changed is in a spiral.
std::string loop_mark(const sip::Message& request);
/// Whether one of its Via is ours (host and port as in `sent_by`) with that mark.
bool has_looped(const sip::Message& request, std::string_view sent_by, std::string_view mark);

/// Max-Breadth (RFC 5393 section 5.3): the branches that may exist at the same time. 60 when the request does not say.
inline constexpr unsigned breadth_default = 60;
unsigned breadth_of(const sip::Message& request);

}  // namespace proxy
