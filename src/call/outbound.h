// call/outbound.h - an outgoing leg: its variables, its caller id, its INVITE.
#pragma once
#include "call/dial_endpoint.h"
#include "call/leg.h"

namespace call {

/// What a new leg inherits: variables of the dial string over what the caller exports, caller id (origination_* over
/// effective_* over the caller's own), sip_h_ headers.
void prepare_outbound(Leg& leg, const DialTarget& target, const Variables& variables, Leg* caller,
                      std::string_view caller_id_name, std::string_view caller_id_number);

/// Writes down on the caller how a leg made for it ended; FreeSWITCH's last_bridge_* and sip_invite_failure_* variables.
void report_end(const Leg& leg, Leg& caller);
/// The same for a leg that never came to be.
void report_failure(Leg& caller, Cause cause, int status);

/// Complete but for Via and body.
sip::Message make_invite(Leg& leg, const DialTarget& target);

}  // namespace call
