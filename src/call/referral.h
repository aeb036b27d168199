// call/referral.h - a party asks us to send its partner elsewhere: REFER. RFC 3515, RFC 3891, RFC 3892, RFC 4488.
#pragma once
#include "call/leg.h"

namespace call {

/// A REFER in the dialog of `leg`. Without Replaces its partner goes to the extension that Refer-To names, with the rights
/// of `leg`; with Replaces its partner is bridged with the partner of the leg whose dialog that is, on whatever shard. How it
/// goes is told in NOTIFYs, unless Refer-Sub: false asks for none. The one that asked is hung up when it has succeeded.
void take_referral(Leg& leg, endpoint::TransactionId id, const sip::Message& refer);

/// An INVITE with Replaces (RFC 3891): `leg`, which it made, takes the place of the leg whose dialog that is. False: it was
/// refused (400, 481, 486, 603) and the leg is gone, or it will be.
void take_place(Leg& leg, const sip::Message& invite);

}  // namespace call
