// ice/stun.h - STUN (RFC 8489) as far as a SIP port needs it: Binding requests that keep a NAT's mapping open.
//
// RFC 5626 section 4.4.2: a phone sends one from time to time to where it sends SIP; the answer tells it from which
// address it is seen, so that it notices when its NAT has forgotten it. Stateless; a datagram costs well below a
// microsecond.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace ice {

/// Told apart from SIP by two zero bits, the magic cookie and a length that fits (section 5).
bool is_stun(std::string_view datagram);

/// The answer to a Binding request from `from`: success with XOR-MAPPED-ADDRESS, or 420 when it wants what we do not
/// know. Nullopt for anything else, which is dropped: indications, responses, other methods, a broken fingerprint.
std::optional<std::string> answer_binding(std::string_view datagram, const base::Address& from);

}  // namespace ice
