// endpoint/top_via.h - the Via a hop adds to what it sends and stamps on what it receives. RFC 3261 section 18, RFC
// 3581.
#pragma once
#include "base/random.h"
#include "endpoint/flow.h"
#include "sip/header/via.h"
#include "sip/message.h"

namespace endpoint {

/// Notes in the top Via where the request came from (section 18.2.1), and answers where the responses go
/// (section 18.2.2).
Flow stamp_via(sip::Message& request, const Flow& from, bool force_rport);
/// Ours, with a branch of its own, for a request over `to`. `mark` becomes the end of the branch: what a proxy wants to
/// know when it sees the request again.
sip::Via new_via(const ListeningPoint& from, const Flow& to, base::Random& random, std::string_view mark = {});
/// Ours with that branch.
sip::Via via_of(const ListeningPoint& from, const Flow& to, std::string_view branch);

}  // namespace endpoint
