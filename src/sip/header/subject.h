// sip/header/subject.h - Subject, RFC 3261 section 20.36.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct Subject : TextHeader<Subject> {
  static constexpr HeaderName name{"Subject", 's'};
  static constexpr Arity arity = Arity::one;
  bool operator==(const Subject&) const = default;
};
static_assert(Header<Subject>);

}  // namespace sip
