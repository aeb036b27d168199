// sip/header/organization.h - Organization, RFC 3261 section 20.25.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct Organization : TextHeader<Organization> {
  static constexpr HeaderName name{"Organization"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const Organization&) const = default;
};
static_assert(Header<Organization>);

}  // namespace sip
