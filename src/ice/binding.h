// ice/binding.h - asking a STUN server from where it sees us: Binding (RFC 8489), the client's side. stun.h answers.
//
// Pure: messages as bytes. Authentication comes with ICE.
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
/// From where the server saw the request with that id; nullopt for anything else, an error response included.
std::optional<base::Address> mapped_address(std::string_view response, const TransactionId& id);

}  // namespace ice
