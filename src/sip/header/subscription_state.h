// sip/header/subscription_state.h - Subscription-State, RFC 6665 section 4.1.3.
#pragma once
#include "sip/header/token_header.h"

namespace sip {

struct SubscriptionState : TokenHeader<SubscriptionState> {
  static constexpr HeaderName name{"Subscription-State"};
  static constexpr Arity arity = Arity::one;

  bool is_active() const { return is("active"); }
  bool is_terminated() const { return is("terminated"); }
  /// Seconds.
  std::optional<std::uint32_t> expires() const { return params.number("expires"); }
  std::optional<std::uint32_t> retry_after() const { return params.number("retry-after"); }
  /// "timeout", "noresource", "rejected" ...; empty when absent.
  std::string_view reason() const { return params.find("reason").value_or(std::string_view{}); }
  bool operator==(const SubscriptionState&) const = default;
};
static_assert(Header<SubscriptionState>);

}  // namespace sip
