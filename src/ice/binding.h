// ice/stun.h - STUN Binding, RFC 8489: asking a server from where it sees us, and answering who asks.
//
// Pure: messages as bytes. Only what finding our own address, keepalive and connectivity take; authentication comes with
// ICE.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/random.h"

namespace ice {

using TransactionId = std::array<std::uint8_t, 12>;

TransactionId new_transaction(base::Random& random);

/// Section 2: 20 bytes.
std::string binding_request(const TransactionId& id);
/// To a request from `source`: XOR-MAPPED-ADDRESS. Empty when `request` is none.
std::string binding_response(std::string_view request, const base::Address& source);

/// RFC 7983: whether the first bytes of a datagram are those of STUN and not of SIP or RTP.
bool is_stun(std::string_view datagram);
bool is_binding_request(std::string_view datagram);
/// From where the server saw the request with that id; nullopt for anything else, an error response included.
std::optional<base::Address> mapped_address(std::string_view response, const TransactionId& id);

}  // namespace ice
