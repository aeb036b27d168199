// call/outbound.h - an outgoing leg: its variables, its caller id, its INVITE.
#pragma once
#include "call/dial_endpoint.h"
#include "call/leg.h"

namespace call {

/// What a new leg inherits: variables of the dial string over what the caller exports, caller id (origination_* over
/// effective_* over the caller's own), sip_h_ headers.
void prepare_outbound(Leg& leg, const DialTarget& target, const Variables& variables, Leg* caller,
                      std::string_view caller_id_name, std::string_view caller_id_number);

/// Complete but for Via and body.
sip::Message make_invite(Leg& leg, const DialTarget& target);

}  // namespace call
