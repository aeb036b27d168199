// sip/header/event.h - Event, RFC 6665 section 8.2.1.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct Event : TokenHeader<Event> {
  static constexpr HeaderName name{"Event", 'o'};
  static constexpr Arity arity = Arity::one;

  /// Which of several subscriptions of a dialog; empty when absent.
  std::string_view id() const { return params.find("id").value_or(std::string_view{}); }
  bool operator==(const Event&) const = default;
};
static_assert(Header<Event>);

}  // namespace sip
