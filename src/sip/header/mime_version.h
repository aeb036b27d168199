// sip/header/mime_version.h - MIME-Version, RFC 3261 section 20.24.
#pragma once
#include "sip/header/text_header.h"

namespace sip {

struct MimeVersion : TextHeader<MimeVersion> {
  static constexpr HeaderName name{"MIME-Version"};
  static constexpr Arity arity = Arity::one;
  bool operator==(const MimeVersion&) const = default;
};
static_assert(Header<MimeVersion>);

}  // namespace sip
