// sip/header/reason.h - Reason, RFC 3326.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct Reason : TokenHeader<Reason> {
  static constexpr HeaderName name{"Reason"};
  static constexpr Arity arity = Arity::many;

  /// Reason: SIP;cause=200;text="Call completed elsewhere". An empty text is left out.
  static Reason of(std::string_view protocol, std::uint32_t cause, std::string_view text = {}) {
    Reason reason = TokenHeader::of(protocol);
    reason.params.set_number("cause", cause);
    if (!text.empty()) reason.params.set_quoted("text", text);
    return reason;
  }
  /// A status with protocol SIP, a Q.850 cause with Q.850.
  std::optional<std::uint32_t> cause() const { return params.number("cause"); }
  std::string text() const { return params.text_of("text"); }
  bool operator==(const Reason&) const = default;
};
static_assert(Header<Reason>);

}  // namespace sip
