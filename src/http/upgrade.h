// http/upgrade.h - from HTTP to WebSocket: the opening handshake of RFC 6455 section 4, for one subprotocol.
#pragma once
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "http/message.h"

namespace http {

/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_for(std::string_view key);

/// Whether the client wants a WebSocket at all.
bool wants_upgrade(const Request& request);
/// The 101, or the refusal: 426 for another version or subprotocol, 400 for what is none.
Response answer_upgrade(const Request& request, std::string_view subprotocol);

/// The client's side.
std::string new_key(base::Random& random);
std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key, std::string_view subprotocol);
bool is_upgraded(const Response& response, std::string_view key, std::string_view subprotocol);

}  // namespace http
