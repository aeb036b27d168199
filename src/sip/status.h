// sip/status.h - reason phrases of RFC 3261 section 21 and later RFCs.
#pragma once
#include <string_view>

namespace sip {

/// "Ringing" for 180. An unknown code answers for its class, as RFC 3261 section 8.1.3.2 treats it.
std::string_view reason_phrase(int status);

constexpr bool is_provisional(int status) { return status >= 100 && status < 200; }
constexpr bool is_success(int status) { return status >= 200 && status < 300; }
constexpr bool is_redirection(int status) { return status >= 300 && status < 400; }
constexpr bool is_final(int status) { return status >= 200; }

}  // namespace sip
